"""The cells of a multi-label column: a list of labels, or labels in one text with a mark between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null, is_scalar, text_cell, written
from crosstask.tasks.columns import LABELS, Columns

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
        return known if _combine_labels(columns.values[known], known) else None
    lists = [name for name in columns.names if name not in but and are_lists(columns.values[name])]
    return lists[0] if len(lists) == 1 and columns.label(but=[*but, *lists]) is None else None


def separator(cells: Iterable[Any]) -> str | None:
    """The mark between labels in the text cells of a column, None where there is none.

    A comma counts as one only where no other mark occurs and labels come again in other combinations.

    >>> separator(["a;b, c", "b, c"]), separator(["a, b", "b"]), separator(["Paris, France", "Rome, Italy"])
    (';', ',', None)
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    used = (mark for mark in (*MARKS, *COMMAS) if any(mark in text for text in texts))
    mark = next(used, None)
    return mark if mark in MARKS or (mark and combines(texts, mark)) else None


def combines(texts: Iterable[str], mark: str) -> bool:
    """Whether a part of a text that is split at `mark` stands in another text too."""
    distinct = {text.strip() for text in texts}
    parts = Counter(part for text in distinct for part in {part.strip() for part in text.split(mark)})
    return any(parts[part.strip()] > 1 for text in distinct if mark in text for part in text.split(mark))


def are_lists(values: Sequence[Any]) -> bool:
    """Whether all cells are lists of names or of whole numbers."""
    return bool(values) and all(
        not is_scalar(value)
        and not isinstance(value, bytes | Mapping)
        and all(isinstance(part, str | Integral) for part in value)
        for value in values
    )


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
    if isinstance(value, str):
        return _split(value.strip(), column, mark)
    if is_null(value):
        raise InputError("the labels are missing", field=column, mend="Write [] or an empty text where there is none.")
    if is_scalar(value) or isinstance(value, bytes | Mapping):
        message = f"holds a {type(value).__name__} where labels are expected"
        raise InputError(message, field=column, mend='Give a list such as ["a", "b"], or a text such as a;b.')
    return list(value)


def _split(text: str, column: str, mark: str | None) -> list[str]:
    if text in ("", "[]"):
        return []
    if text.startswith("[") and text.endswith("]"):
        message = "holds a list written as a text"
        raise InputError(message, field=column, mend="Write the labels alone, as in a;b, or give JSON lines.")
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
        message = f"holds a {type(part).__name__} in its list of labels"
        raise InputError(message, field=column, mend='Give one flat list, such as ["a", "b"].')
    return text_cell(written(part), column, "label")


def _combine_labels(values: Sequence[Any], column: str) -> bool:
    """Whether the cells are lists, or texts that combine labels; commas are believed in a column of a plural name."""
    if are_lists(values):
        return True
    texts = [value for value in values if isinstance(value, str)]
    mark = separator(texts)
    return mark is not None and combines(texts, mark) and (mark in MARKS or column.strip().lower() in _PLURALS)
