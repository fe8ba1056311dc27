"""A task before its columns are known: tables by split, and what the user said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from crosstask.errors import InputError, nearest
from crosstask.tasks.columns import Columns
from crosstask.tasks.form import other_form
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.reread import Reread
from crosstask.tasks.table import Table
from crosstask.tasks.task import TRAIN, Example, Split, Task


@dataclass(frozen=True)
class Draft:
    """At least one table by split, columns named by field, and options of the kind (its labels, their aliases).

    `kind` is the name of the kind where the user gave it; `place` the path that the user gave, None for data in Python.
    """

    name: str
    tables: Mapping[str, Table] = field(repr=False)
    named: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    place: str | None = None

    @property
    def first(self) -> Table:
        """The table that columns are detected in: train where there is one."""
        return self.tables.get(TRAIN) or next(iter(self.tables.values()))

    def task(self, known: Kind | None = None, *, held: bool = True) -> Task:
        """The task: columns detected, every row checked, the label space learned, or that of `known` kept.

        Where its examples are not `held`, they are made anew each time they are gone through.
        """
        kind = self.reading_kind(known)
        if kind.target not in kind.columns:
            raise self._untold([kind.target])
        splits = {name: _split(kind, table, held) for name, table in self.tables.items()}
        notes = (*self.notes, *self.first.notes, self.columns_note(kind))
        return Task(self.name, self._learned(kind, splits, known), splits, notes)

    def reading_kind(self, known: Kind | None = None) -> Kind:
        """The kind with the columns of this draft; its target is None where it cannot be told."""
        self._require_columns()
        columns = Columns.of(self.first)
        return self._detected(columns) if known is None else self._same_kind(known, columns)

    def _learned(self, kind: Kind, splits: Mapping[str, Split], known: Kind | None) -> Kind:
        """The kind with its label space; one that was declared, not taken over from `known`, has to stand in train."""
        try:
            learned = kind.learn(splits)
            if known is None and self.options:
                learned.require_shown(splits)
            return learned
        except InputError as error:
            error.file = error.file or self.place
            raise

    def _detected(self, columns: Columns) -> Kind:
        names = KINDS.names() if self.kind is None else [self.kind]
        kinds = sorted((KINDS.get(name) for name in names), key=lambda kind: kind.precedence)
        self._require_fields({field for kind in kinds for field in kind.fields})
        asked = [kind for kind in kinds if self.named.keys() <= set(kind.fields)]
        possible = [kind for option in asked if (kind := option.detect(columns, self._named(option, columns)))]
        found = next((kind for kind in possible if kind.target in kind.columns), possible[-1] if possible else None)
        if found is None:
            raise self._untold(["text"] if self.kind is None else list(kinds[0].fields))
        self._require_header(columns, found)
        return KINDS.make({**found.config(), **self._declared(found)})

    def _named(self, kind: type[Kind], columns: Columns) -> dict[str, str]:
        """The columns named; of a kind that was named, also those that are called as it calls them itself."""
        usual = {name: kind.model_fields[name].default for name in kind.fields} if self.kind else {}
        return {**{name: column for name, column in usual.items() if column in columns.names}, **self.named}

    def _same_kind(self, known: Kind, columns: Columns) -> Kind:
        self._require_fields(known.fields)
        kept = {name: column for name, column in known.columns.items() if column in columns.names}
        found = type(known).detect(columns, {**kept, **self.named})
        if found is None or found.inputs.keys() != known.inputs.keys():
            fields = {} if found is None else found.inputs
            raise other_form(known, fields, self.named, self.place) or self._untold(list(known.inputs))
        self._require_header(columns, found)
        learned = {name: value for name, value in self._declared(known).items() if not getattr(known, name, None)}
        return KINDS.make({**known.config(), **learned, **dict.fromkeys(known.fields), **found.columns})

    def _declared(self, kind: Kind) -> dict[str, Any]:
        """The options as the kind calls them: what declares label names stands in its own option for these."""
        return {kind.label_names if name == "labels" else name: value for name, value in self.options.items()}

    def _require_columns(self) -> None:
        """Refuse a named column that is not there, and one that is named for two fields."""
        fields: dict[str, str] = {}
        for name, column in self.named.items():
            require_column(self.first, column)
            if fields.setdefault(column, name) != name:
                message = f"is named for two fields, {fields[column]} and {name}"
                raise InputError(message, file=self.place, field=column, mend="Name a column of its own for each.")

    def _require_fields(self, known: Collection[str]) -> None:
        for name in self.named:
            if name not in known:
                raise InputError("the task has no such field", file=self.place, field=name, mend=nearest(name, known))

    def _require_header(self, columns: Columns, found: Kind) -> None:
        """Refuse a table whose first row stands where column names should, unless the user named the column."""
        column = found.columns.get(found.target)
        if found.target in self.named or column is None or column not in columns.values[column]:
            return
        if not columns.headed(found.inputs.values()):
            raise _headless(self.first, column, self._naming(found.target, column))

    def _naming(self, field: str, column: str) -> str:
        """What a user writes to say which column a field is."""
        return f"{self.place}:{field}={column}" if self.place else f"columns={{'{field}': '{column}'}}"

    def _untold(self, fields: Sequence[str]) -> InputError:
        columns = ", ".join(f"'{name}'" for name in self.first.columns)
        how = ",".join(f"{name}=COLUMN" for name in fields)
        return InputError(
            f"cannot tell which column holds the {' or the '.join(fields)} among {columns}",
            file=self.first.file,
            field=fields[0],
            mend=f"Name it ({self.place}:{how}) or add it." if self.place else f"Call it {fields[0]} or add it.",
        )

    def columns_note(self, kind: Kind) -> str:
        """Which columns are read, whether they were detected, and which are not used."""
        used = ", ".join(f"{name}={column}" for name, column in kind.columns.items())
        how = "named" if kind.columns.keys() <= self.named.keys() else "detected"
        unused = [column or "a nameless one" for column in self.first.columns if column not in kind.columns.values()]
        rest = f"; not used: {', '.join(unused)}" if unused else ""
        return f"{self.name}: columns {used} ({how}{rest})"


def require_column(table: Table, column: str) -> None:
    """Refuse a column that the table has not, with the nearest that it has."""
    if column not in table.columns:
        raise InputError("there is no such column", file=table.file, field=column, mend=nearest(column, table.columns))


def _split(kind: Kind, table: Table, held: bool) -> Split:
    for column in (*kind.inputs.values(), kind.columns[kind.target]):
        require_column(table, column)
    examples = partial(_examples, kind, table)
    return Split(list(examples()) if held else Reread.counted(examples), table.file)


def _examples(kind: Kind, table: Table) -> Iterator[Example]:
    return (kind.example(record, row, table.file) for row, record in enumerate(table.records, start=1))


def _headless(table: Table, column: str, naming: str) -> InputError:
    """What is wrong where a column's name is among its values: names that come again, or no names at all."""
    again = next((row for row, record in enumerate(table.records, 1) if all(record[it] == it for it in record)), None)
    if again is not None:
        return InputError("the column names come again", file=table.file, row=again, mend="Delete the row.")
    message = "the first row looks like data, not like column names"
    mend = f"Put a line of column names first. If it is one, name the column: {naming}."
    return InputError(message, file=table.file, field=column, mend=mend)
