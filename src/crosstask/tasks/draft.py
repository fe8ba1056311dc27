"""A task before its columns are known: tables by split, and what the user said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from crosstask.errors import ConfigError, InputError, nearest
from crosstask.tasks.columns import Columns
from crosstask.tasks.form import other_form, other_kind
from crosstask.tasks.header import require_header
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.reread import Reread
from crosstask.tasks.said import require_options, told_apart
from crosstask.tasks.table import Table
from crosstask.tasks.task import TRAIN, Example, Split, Task


@dataclass(frozen=True)
class Draft:
    """At least one table by split, and what the user said of them.

    `named` holds columns by field, and beside them options of the kind; `options` options of the kind alone, `labels`
    the declared label names and their aliases. `kind` is the name of the kind where the user gave it; `place` the path
    that the user gave, None for data in Python.
    """

    name: str
    tables: Mapping[str, Table] = field(repr=False)
    named: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
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
        if kind.target not in kind.columns and (known is not None or self._needs_targets(kind)):
            raise self._untold([kind.target])
        hidden = self._hidden(kind)
        splits = {name: _split(kind, table, held) for name, table in self.tables.items() if name not in hidden}
        untold = (f"the split {name} has no labels and is not used" for name in hidden)
        notes = (*self.notes, *untold, *self.first.notes, self.columns_note(kind))
        return Task(self.name, self._learned(kind, splits, known), splits, notes)

    def reading_kind(self, known: Kind | None = None) -> Kind:
        """The kind with the columns of this draft; its target is None where it cannot be told."""
        kinds = self._kinds(known)
        said = self._told_apart(kinds)
        said._require_columns()
        columns = Columns.of(self.first)
        return said._detected(kinds, columns) if known is None else said._same_kind(known, columns)

    def _hidden(self, kind: Kind) -> list[str]:
        """The splits that hide every target; none where all do, for then that is what is wrong."""
        hidden = [name for name, table in self.tables.items() if kind.columns.get(kind.target) in table.hidden]
        return hidden if len(hidden) < len(self.tables) else []

    def _needs_targets(self, kind: Kind) -> bool:
        """Whether some rows have to tell their targets: those of other splits than train do whatever is declared."""
        return kind.needs_targets or self.tables.keys() != {TRAIN}

    def _learned(self, kind: Kind, splits: Mapping[str, Split], known: Kind | None) -> Kind:
        """The kind with its label space; one that was declared, not taken over from `known`, has to stand in train."""
        try:
            learned = kind.learn(splits)
            if known is None and (self.labels or self.options):
                learned.require_shown(splits)
            return learned
        except InputError as error:
            raise error.at(error.file or self.place) from None

    def _kinds(self, known: Kind | None) -> list[type[Kind]]:
        """The kinds that may be meant, those that ask for more first."""
        if known is not None:
            self._require_kind(known)
            return [type(known)]
        names = KINDS.names() if self.kind is None else [self.kind]
        return sorted((KINDS.get(name) for name in names), key=lambda kind: kind.precedence)

    def _require_kind(self, known: Kind) -> None:
        if self.kind is not None and KINDS.get(self.kind) is not type(known):
            raise other_kind(f"'{self.place or self.name}'", self.kind, known)

    def _told_apart(self, kinds: Sequence[type[Kind]]) -> Draft:
        """The draft whose names are columns alone, its options all that were given."""
        require_options(self.options, kinds, self.place)
        named, options = told_apart(self.named, kinds, self.place)
        return replace(self, named=named, options={**self.options, **options})

    def _detected(self, kinds: Sequence[type[Kind]], columns: Columns) -> Kind:
        asked = [kind for kind in kinds if self._fits(kind)]
        if not asked:
            message = f"no kind of task has {' and '.join((*self.named, *self.options))}"
            raise InputError(message, file=self.place, mend="Leave one of them out.")
        possible = [kind for option in asked if (kind := option.detect(columns, self._named(option, columns)))]
        found = next((kind for kind in possible if kind.target in kind.columns), possible[-1] if possible else None)
        if found is None:
            raise self._untold(list(asked[0].fields) if self._says_kind else ["text"])
        self._require_header(columns, found)
        return self._made({**found.config(), **self._declared(found)})

    @property
    def _says_kind(self) -> bool:
        """Whether the user named the kind, or options of it."""
        return self.kind is not None or bool(self.options)

    def _fits(self, kind: type[Kind]) -> bool:
        return self.named.keys() <= set(kind.fields) and self.options.keys() <= set(kind.options())

    def _named(self, kind: type[Kind], columns: Columns) -> dict[str, str]:
        """The columns named; of a kind that was named, also those that are called as it calls them itself.

        Where the user named an input, the other inputs are the user's to name too.
        """
        names_input = any(name != kind.target for name in self.named)
        told = (kind.target,) if names_input else kind.fields
        usual = {name: kind.model_fields[name].default or name for name in told} if self._says_kind else {}
        return {**{name: column for name, column in usual.items() if column in columns.names}, **self.named}

    def _same_kind(self, known: Kind, columns: Columns) -> Kind:
        kept = {name: column for name, column in known.columns.items() if column in columns.names}
        found = type(known).detect(columns, {**kept, **self.named})
        if found is None or found.inputs.keys() != known.inputs.keys():
            fields = kept.keys() & known.inputs.keys() if found is None else found.inputs
            raise other_form(known, fields, self.named, self.place) or self._untold(list(known.inputs))
        self._require_header(columns, found)
        return self._made({**known.config(), **self._fresh(known), **dict.fromkeys(known.fields), **found.columns})

    def _fresh(self, known: Kind) -> dict[str, Any]:
        """The options that a known kind takes over: of its label space only what it has not."""
        space = {name for name in (known.label_names, "aliases") if getattr(known, name, None)}
        return {name: value for name, value in self._declared(known).items() if name not in space}

    def _declared(self, kind: Kind) -> dict[str, Any]:
        """The options as the kind calls them: what declares label names stands in its own option for these."""
        labels = {kind.label_names if name == "labels" else name: value for name, value in self.labels.items()}
        for name in labels:
            if name in self.options:
                message = "is given twice, under labels and under options"
                raise InputError(message, file=self.place, field=name, mend="Keep one of them.")
        return {**labels, **self.options}

    def _made(self, config: Mapping[str, Any]) -> Kind:
        try:
            return KINDS.make(config)
        except ConfigError as error:
            raise error.at(self.place) from None

    def _require_columns(self) -> None:
        """Refuse a named column that is not there, and one that is named for two fields."""
        fields: dict[str, str] = {}
        for name, column in self.named.items():
            require_column(self.first, column)
            if fields.setdefault(column, name) != name:
                message = f"is named for two fields, {fields[column]} and {name}"
                raise InputError(message, file=self.place, field=column, mend="Name a column of its own for each.")

    def _require_header(self, columns: Columns, found: Kind) -> None:
        """Refuse a table without column names, unless the user named the column of the target."""
        if found.target not in self.named:
            require_header(self.first, columns, found, self.place)

    def _untold(self, fields: Sequence[str]) -> InputError:
        columns = ", ".join(f"'{name}'" for name in self.first.columns)
        how = ",".join(f"{name}=COLUMN" for name in fields)
        several = fields == ["text"] and len(self.first.columns) > 2
        pair = f", of a pair both ({self.place}:text=COLUMN,text_pair=COLUMN)," if several else ""
        return InputError(
            f"cannot tell which column holds the {' or the '.join(fields)} among {columns}",
            file=self.first.file,
            field=fields[0],
            mend=f"Name it ({self.place}:{how}){pair} or add it." if self.place else f"Call it {fields[0]} or add it.",
        )

    def columns_note(self, kind: Kind) -> str:
        """Which columns are read, which of them were named and which detected, and which are not used."""
        used = ", ".join(f"{name}={column}" for name, column in kind.columns.items())
        named = [name for name in kind.columns if name in self.named]
        some = f"{' and '.join(named)} named, the rest detected" if named else "detected"
        how = "named" if len(named) == len(kind.columns) else some
        unused = [column or "a nameless one" for column in self.first.columns if column not in kind.columns.values()]
        rest = f"; not used: {', '.join(unused)}" if unused else ""
        return f"{self.name}: columns {used} ({how}{rest})"


def require_column(table: Table, column: str, besides: str = "") -> None:
    """Refuse a column that the table has not, with the nearest that it has, and what to mind besides."""
    if column not in table.columns:
        mend = f"{nearest(column, table.columns)}{besides}"
        raise InputError("there is no such column", file=table.file, field=column, mend=mend)


def _split(kind: Kind, table: Table, held: bool) -> Split:
    for column in filter(None, (*kind.inputs.values(), kind.columns.get(kind.target))):
        require_column(table, column, besides=" All splits have to use the same names.")
    examples = partial(_examples, kind, table)
    return Split(list(examples()) if held else Reread.counted(examples), table.file)


def _examples(kind: Kind, table: Table) -> Iterator[Example]:
    return (kind.example(record, row, table.file) for row, record in enumerate(table.records, start=1))
