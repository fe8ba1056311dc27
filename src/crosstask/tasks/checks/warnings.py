"""What the checks found, as sentences for people; nothing is said where nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import normalize

from crosstask.tasks.checks.balance import Balance
from crosstask.tasks.checks.leakage import Leakage
from crosstask.tasks.checks.lengths import Lengths
from crosstask.tasks.checks.repeats import Repeats
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import TRAIN

_NOTHING = frozenset(("nan", "null", "none", "nil", "n/a", "na", "<na>", "-", "?"))
"""What programs and people write into a cell that holds nothing."""


def split_warnings(
    kind: Kind, repeated: Repeats, balanced: Balance, tokens: Lengths, *, learned_from: bool
) -> Iterator[str]:
    """The warnings of one split; the balance matters where it is `learned_from`."""
    if repeated.conflicts:
        match = repeated.conflict_rows[0]
        shown = f"rows {match.other} and {match.row}: '{match.other_target}' and '{match.target}'"
        answer = "label" if kind.classed else "answer"
        yield f"{_rows(repeated.conflicts)} the same input as another with another {answer} ({shown})"
    if repeated.duplicates:
        match = repeated.duplicate_rows[0]
        shown = f" (row {match.row} repeats row {match.other})" if match.row != match.other else ""
        yield f"{_rows(repeated.duplicates)} the same input as an earlier row{shown}"
    if learned_from:
        yield from _label_warnings(kind, balanced)
    if tokens.cut:
        lost = f"{tokens.lost_median:.0f} (median)"
        yield f"{share(tokens.cut)} of the rows are cut to {tokens.limit} tokens and lose {lost}"


def _label_warnings(kind: Kind, balanced: Balance) -> Iterator[str]:
    for label, count in balanced.counts.items():
        if label.casefold() in _NOTHING:
            told = f"'{label}' counts as a label ({count:,} of the {kind.counted})"
            yield f"{told}: where it means that one is missing, delete them"
    for one, *others in _alike(balanced.counts):
        told = ", ".join(f"'{label}' ({balanced.counts[label]:,})" for label in (one, *others))
        yield f"{told} are {len(others) + 1} labels: where one is meant, write them alike"
    if balanced.skewed:
        (most, *_, least) = balanced.counts
        yield f"'{most}' has {balanced.ratio:.0f} times the {kind.counted} of '{least}': read {kind.fair}"


def _alike(labels: Iterable[str]) -> list[list[str]]:
    """The labels that read the same but for case and the form of their characters, together."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(normalize("NFKC", label).casefold(), []).append(label)
    return [group for group in groups.values() if len(group) > 1]


def leakage_warning(found: Leakage) -> str | None:
    """The warning of rows that a train split holds too; None where no such row is shared.

    That of another task counts also where the rows are train rows themselves: a file alone may be meant to measure on.
    """
    shared = found.exact + found.near
    if not shared or not found.source.endswith(f"/{TRAIN}"):
        return None
    split = found.target.rpartition("/")[2]
    return f"{split}: {shared} of {found.rows} rows also stand in {found.source} ({found.exact} exactly)"


def share(part: float) -> str:
    """A share in per cent, which is 0% only where nothing is meant.

    >>> share(0.5), share(0.0001), share(0)
    ('50.0%', '<0.1%', '0%')
    """
    if not part:
        return "0%"
    return f"{part:.1%}" if part >= 0.001 else "<0.1%"


def _rows(count: int) -> str:
    return "1 row has" if count == 1 else f"{count:,} rows have"
