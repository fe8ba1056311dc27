"""Classification by a decoder as it is: how likely it finds each label's words as the answer to a prompt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

from pydantic import BeforeValidator, Field

from crosstask.errors import ConfigError, nearest
from crosstask.objectives import NO_TARGET, Batch, Features, Objective, Outputs, Reader
from crosstask.objectives._prompts import Template, fitted_prompts
from crosstask.objectives.classification_head import label_loss, label_records, label_temperature
from crosstask.tasks.templates import fill, require_fields

if TYPE_CHECKING:
    import torch

    from crosstask.models.answer_paths import AnswerPaths
    from crosstask.models.heads.answers import AnswersHead
    from crosstask.models.model import MultiTaskModel
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example

_CALIBRATION_ROWS = 256  # unlabelled texts that say well enough what a label is worth before any text is read

_QUESTION = "Answer with the label that fits: {{ labels }}."
_LINES = {"text": "Text: {{ text }}", "text_pair": "Second text: {{ text_pair }}"}


def _from_json(words: Any) -> Any:
    """Words as the command line gives them."""
    try:
        return json.loads(words) if isinstance(words, str) else words
    except ValueError:
        raise ValueError('write the words as JSON: {"label": "its words"}') from None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A prompt, the answers that may follow it, and the place of the right one among them, None where there is none."""

    prompt: Sequence[int]
    paths: AnswerPaths
    label: int | None


@dataclass(frozen=True)
class _Prompts(Batch):
    """A batch that knows its prompts, for the model that reads them in its own way."""

    prompts: Sequence[Sequence[int]] = ()


class ClassificationLikelihood(Objective):
    """Cross-entropy over the log-likelihoods of the labels' words behind a prompt, plus a bias for each label.

    Not trained at all, this is zero-shot classification. The bias then starts from what takes away a decoder's taste
    for some words: less each label's mean score over texts whose labels nobody needs to know.

    Papers: Brown et al. 2020, "Language models are few-shot learners"; Zhao et al. 2021, "Calibrate before use", for
    the calibration.
    """

    answers_untrained: ClassVar[bool] = True

    template: Template = Field(
        None,
        description="the prompt, with fields in double braces, `labels` for all labels' words: 'Topic of {{ text }}?'",
    )
    words: Annotated[Mapping[str, str], BeforeValidator(_from_json)] = Field(
        {}, description='what stands for a label, as JSON: {"pos": "positive"}; the others stand for themselves'
    )
    calibration: Literal["mean", "none"] = Field(
        "mean", description="mean: start with every label as likely as any other over the train texts, labels unread"
    )

    @property
    def calibration_rows(self) -> int:
        """Texts enough to say what a label is worth before any is read; none where nothing is calibrated."""
        return 0 if self.calibration == "none" else _CALIBRATION_ROWS

    def head(self, kind: Kind, trunk: Trunk) -> AnswersHead:
        """The trunk's LM head at the labels' words; ConfigError where it has none, or where words are amiss."""
        from crosstask.models.heads.answers import AnswersHead
        from crosstask.models.trunk import require_language_model

        require_language_model(trunk)
        return AnswersHead(self._paths(kind, trunk.text))

    def prepare(self, model: MultiTaskModel, task: str, ask: Callable[[int], Outputs]) -> None:
        """Let the bias of a fresh head be less the mean scores."""
        import torch

        head = cast("AnswersHead", model.head(task))
        if not self.calibration_rows or head.bias.any():
            return
        scores = torch.from_numpy(ask(self.calibration_rows).mean())
        with torch.no_grad():
            head.bias.copy_((scores.mean() - scores.mean(0)).to(head.bias))

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Tokens of the prompt and of the answers' branches behind it; what is asked as target.

        Training reads the prompt anew with each branch. InputError where a prompt is too long without the text in it.
        """
        from crosstask.models.text_encoder import Encoding

        require_fields(self._template(kind, text), [*kind.inputs, "labels"])
        paths = self._paths(kind, text)
        room = text.max_length - paths.longest
        prompts = fitted_prompts(examples, lambda inputs: self._prompt(kind, inputs, text), text, room)
        found = []
        for row, (example, (prompt, lost)) in enumerate(zip(examples, prompts, strict=True)):
            ids = [*prompt, *chain.from_iterable(paths.branches)]
            label = None if example.target is None else kind.space.index(example.target)
            encoding, asked = Encoding(ids, None, len(ids) + lost), _Asked(prompt, paths, label)
            longest = len(prompt) + paths.longest
            found.append(Features(encoding, asked, row=row, sequences=max(1, len(paths.branches)), longest=longest))
        return found

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """All sequences of all rows; those tokens are wanted that a token of an answer follows."""
        import torch

        from crosstask.models.text_encoder import Encoding
        from crosstask.models.token_rows import spread

        asked = [cast("_Asked", row.target) for row in features]
        sequences = [ids for row in asked for ids in row.paths.sequences(row.prompt)]
        tokens = text.pad([Encoding(ids, None, len(ids)) for ids in sequences])
        states = [count for row in asked for count in row.paths.wanted()]
        wanted = [[0] * (len(ids) - count) + [1] * count for ids, count in zip(sequences, states, strict=True)]
        return _Prompts(
            tokens=replace(tokens, wanted=spread(wanted, tokens.mask.numpy(), 0).bool()),
            targets=torch.tensor([NO_TARGET if row.label is None else row.label for row in asked]),
            weights=torch.tensor([row.weight for row in features]),
            prompts=[row.prompt for row in asked],
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Cross-entropy of scores [batch, labels], as of a head's logits."""
        return label_loss(outputs, batch)

    def fit(self, kind: Kind, found: Outputs) -> dict[str, Any]:
        """The temperature of the probabilities, where there are rows enough to say how sure to be."""
        return label_temperature(kind, found)

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Label and probabilities by name, from scores [labels]."""
        return label_records(kind, found, fitted)

    def reader(self, model: MultiTaskModel, task: str) -> Reader:
        """What prompts begin with is read once, each prompt once, and longer answers go on from there."""
        from crosstask.models.likelihood import AnswerScorer

        head = cast("AnswersHead", model.head(task))
        scorer = AnswerScorer(model.trunk, head.paths)
        return lambda batch: list(scorer(cast("_Prompts", batch).prompts) + head.bias)

    def _paths(self, kind: Kind, text: TextEncoder) -> AnswerPaths:
        """The tokens of each label's words; ConfigError where they are not one answer each."""
        from crosstask.models.answer_paths import AnswerPaths
        from crosstask.models.prompts import has_chat_template, token_ids

        glue = "" if has_chat_template(text) or self._template(kind, text)[-1:].isspace() else " "
        answers = [tuple(ids) for ids in token_ids(text, [glue + word for word in self._words(kind)])]
        for label, answer in zip(kind.space, answers, strict=True):
            if not answer:
                raise ConfigError(f"the label '{label}' has no words", field="words", mend="Give it some.")
            if answers.count(answer) > 1:
                message = f"the words of the label '{label}' stand for another one too"
                raise ConfigError(message, field="words", mend="Give each label words of its own.")
        return AnswerPaths(tuple(answers))

    def _words(self, kind: Kind) -> list[str]:
        """What stands for each label, in their order."""
        for label in self.words:
            if label not in kind.space:
                message = f"the task has no label '{label}' to give words"
                raise ConfigError(message, field="words", mend=nearest(label, kind.space))
        return [self.words.get(label, label).strip() for label in kind.space]

    def _template(self, kind: Kind, text: TextEncoder) -> str:
        """The template given, or one that puts what all rows share first."""
        from crosstask.models.prompts import has_chat_template

        if self.template is not None:
            return self.template
        ending = "" if has_chat_template(text) else "\nLabel:"
        return "\n".join([_QUESTION, *(_LINES[name] for name in kind.inputs)]) + ending

    def _prompt(self, kind: Kind, inputs: Mapping[str, Any], text: TextEncoder) -> str:
        from crosstask.models.prompts import prompt_text

        fields = {**inputs, "labels": ", ".join(self._words(kind))}
        return prompt_text(text, ({"role": "user", "content": fill(self._template(kind, text), fields)},))
