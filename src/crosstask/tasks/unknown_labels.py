"""What to do about a label that the label space has not."""

from __future__ import annotations

from collections.abc import Iterable

from crosstask.errors import nearest


def mend_of_unknown(label: str, labels: Iterable[str], aliases: Iterable[str], *, learned: bool) -> str:
    """A sentence naming what files may hold instead; where the space was learned from train, train may show more.

    >>> mend_of_unknown("3", ["bad", "good"], ["1", "5"], learned=False)
    'Known: 1, 5, bad, good.'
    >>> mend_of_unknown("goood", ["bad", "good"], [], learned=True)
    'Did you mean good? Else add train rows of it, or delete the row.'
    """
    near = nearest(label, {*labels, *aliases})
    return f"{near} Else add train rows of it, or delete the row." if learned else near
