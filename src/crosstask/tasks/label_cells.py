"""The cells of a multi-label column: a list of labels, or labels in one text with a mark between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Integral, Real
from statistics import fmean
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null, is_scalar, sort_of, text_cell, written
from crosstask.tasks.columns import HALF, LABELS, NEARLY_ALL, Columns, agree
from crosstask.tasks.known_names import known_as
from crosstask.tasks.list_cells import as_list, is_list

MARKS = (";", "|", "；", "｜")
"""What stands between labels in a text and hardly in a label: a text that holds one is split there."""

COMMAS = (",", "，", "、")
"""What stands between labels in some files and in a label of others: split at only where a whole column does so."""

_PLURALS = ("labels", "classes", "categories", "tags", "topics", "genres", "emotions", "intents", "themes", "keywords")


def labels_column(columns: Columns, but: Collection[str | None] = ()) -> str | None:
    """The column whose cells are lists of labels, or texts that combine them with a mark between; None where untold.

    It bears the best-known label name of all columns, or is the only one of lists where nothing else could be a label.
    """
    known = columns.first_known((*LABELS, *_PLURALS), but)
    if known is not None:
        return known if _hold_labels(columns.values[known], known) else None
    lists = [name for name in columns.names if name not in but and are_lists(columns.values[name], NEARLY_ALL)]
    return lists[0] if len(lists) == 1 and columns.label(but=[*but, *lists]) is None else None


def separator(cells: Iterable[Any]) -> str | None:
    """The mark between labels in the text cells of a column, that of most of them; None where there is none.

    A comma counts as one only where no other mark occurs and labels come again in other combinations.

    >>> separator(["a;b, c", "b, c"]), separator(["a, b", "b"]), separator(["Paris, France", "Rome, Italy"])
    (';', ',', None)
    """
    texts = _texts(cells)
    mark = _most_used(MARKS, texts)
    if mark is not None:
        return mark
    comma = _most_used(COMMAS, texts)
    return comma if comma and any(_come_again(texts, comma)) else None


def are_lists(values: Sequence[Any], share: float) -> bool:
    """Whether this share of the cells are lists of names or of whole numbers."""
    return bool(values) and agree(values, _is_list, share)


def is_made_of(name: str, labels: Collection[str]) -> bool:
    """Whether commas part a name into labels.

    >>> is_made_of("war, love", {"war", "love"}), is_made_of("Paris, France", {"Paris", "Rome"})
    (True, False)
    """
    split = (name.split(comma) for comma in COMMAS if comma in name)
    return any(all(part.strip() in labels for part in parts) for parts in split)


def label_names(value: Any, column: str, mark: str | None) -> tuple[str, ...]:
    """The labels of a cell, in the order given; an empty text or list has none.

    A text is split at `mark`, or where that is None at the semicolon or the bar it holds; beside a mark that is none of
    the usual ones these stand in labels. InputError with the field for a null, a number, a mapping, a list in a list, a
    label twice, and an empty label.
    """
    names = [_name(part, column) for part in _parts(value, column, mark)]
    again = next((name for name, count in Counter(names).items() if count > 1), None)
    if again is not None:
        raise InputError(f"holds the label '{again}' twice", field=column, mend="Give each label once.")
    return tuple(names)


def _parts(value: Any, column: str, mark: str | None) -> Iterable[Any]:
    value = as_list(value)
    if isinstance(value, str):
        return _split(value.strip(), column, mark)
    if is_null(value):
        raise InputError("the labels are missing", field=column, mend="Write [] or an empty text where there is none.")
    if is_scalar(value) or isinstance(value, bytes | Mapping):
        message = f"holds {sort_of(value)} where labels are expected"
        raise InputError(message, field=column, mend='Give a list such as ["a", "b"], or a text such as a;b.')
    return list(value)


def _split(text: str, column: str, mark: str | None) -> list[str]:
    if not text:
        return []
    if text.startswith("[") and text.endswith("]"):
        message = "holds a list written as a text"
        raise InputError(message, field=column, mend='Write the labels alone, as in a;b, or as JSON, ["a", "b"].')
    used = [one for one in MARKS if one in text]
    mark = mark or next(iter(used), None)
    other = next((one for one in used if one != mark), None)
    if other is not None and mark in (*MARKS, *COMMAS):
        message = f"holds '{other}' where '{mark}' stands between labels"
        raise InputError(message, field=column, mend=f"Write '{mark}' between all labels.")
    return text.split(mark) if mark else [text]


def _name(part: Any, column: str) -> str:
    if is_null(part):
        raise InputError("holds an empty label", field=column, mend="Take it out, or write its name.")
    if not is_scalar(part):
        message = f"holds {sort_of(part)} in its list of labels"
        raise InputError(message, field=column, mend='Give one flat list, such as ["a", "b"].')
    return text_cell(written(part), column, "label")


def _hold_labels(values: Sequence[Any], column: str) -> bool:
    """Whether the cells under a well-known name are lists, or texts that combine labels.

    Under a plural name also other objects are meant to be lists, commas are believed, and one label that comes again
    will do; under the name of one label, most texts with a mark have to be made of labels that come again.
    """
    plural = known_as(column) in _PLURALS
    if are_lists(values, HALF) or (plural and values and agree(values, _is_object, HALF)):
        return True
    texts = _texts(values)
    mark = separator(texts)
    if mark is None or not (plural or mark in MARKS):
        return False
    again = _come_again(texts, mark)
    return any(again) if plural or not again else agree(again, lambda share: share == 1, HALF)


def _texts(cells: Iterable[Any]) -> list[str]:
    """The texts among cells that write no lists."""
    return [cell for cell in cells if isinstance(cell, str) and not is_list(cell)]


def _come_again(texts: Iterable[str], mark: str) -> list[float]:
    """Of each distinct text with a mark, the share of its parts that stand in another text too."""
    split = [{part.strip() for part in text.split(mark)} for text in {text.strip() for text in texts}]
    counts = Counter(part for parts in split for part in parts)
    return [fmean(counts[part] > 1 for part in parts) for parts in split if len(parts) > 1]


def _most_used(marks: Sequence[str], texts: Sequence[str]) -> str | None:
    """The mark that most texts hold, the first of equals; None where none holds any."""
    counts = {mark: sum(mark in text for text in texts) for mark in marks}
    most = max(marks, key=counts.__getitem__)
    return most if counts[most] else None


def _is_list(value: Any) -> bool:
    """Whether a cell holds a list of names or of whole numbers, or a text writes one otherwise than in JSON."""
    parts = as_list(value)
    if not is_list(value) or isinstance(parts, bytes | Mapping):
        return False
    return isinstance(parts, str) or all(isinstance(part, str | Integral) for part in parts)


def _is_object(value: Any) -> bool:
    """Whether a value is a list or a mapping, and no vector of numbers."""
    return not is_scalar(value) and not (len(value) and all(isinstance(part, Real) for part in value))
