"""What the quickstart says to people: the contract of its messages, one file a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, kw_only=True)
class Messages:
    r"""Every text of the quickstart's notes, table, plots and page in one language.

    Braces hold what is filled in, with the same names in all languages. `language` is the page's, as HTML has it.
    `methods` and `facts` translate the names that the record keeps in English; `heard` translates what the rooms below
    say to a `Ui`, in English: a regular expression for the whole of it, and the words in its place (`\1` is its first
    group).
    """

    language: str
    methods: Mapping[str, str]
    facts: Mapping[str, str]
    heard: Mapping[str, str]

    done: str
    saved: str
    next: str
    ask: str
    look: str
    train: str
    go_on: str

    table: str
    header: Sequence[str]
    helps: str
    hurts: str
    nothing: str
    bounds: str

    title: str
    gain_title: str
    gain_text: str
    unlabelled_text: str
    gain_caption: str
    gain_alt: str
    gain_alt_draw: str
    between: str
    methods_title: str
    methods_text: str
    methods_caption: str
    curves_title: str
    loss_caption: str
    score_caption: str
    curves_alt: str
    next_title: str
    facts_title: str
    facts_caption: str
    facts_header: Sequence[str]

    draw: str
    draws: str
    mean: str
    test_accuracy: str
    gain_points: str
    training_loss: str
    validation_accuracy: str
    step: str

    def method(self, name: str) -> str:
        """A method by the name the record has for it; a name that is not translated stays."""
        return self.methods.get(name, name)


def messages(language: str) -> Messages:
    """The messages in a language, such as `en`."""
    found: Messages = import_module(f"{__name__}.{language}").MESSAGES
    return found
