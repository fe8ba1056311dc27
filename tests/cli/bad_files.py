"""Data files at fault, with what is to be said of them."""

from __future__ import annotations

import dataclasses
import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq

GOOD = "text,label\na good film,good\na bad film,bad\nthe food was great,good\nthe plane was late,bad\n"
ZIPPED = gzip.compress(GOOD.encode())

TRAINING = ("finetune", "inspect")
LABELLED = (*TRAINING, "evaluate")
ALL = (*LABELLED, "predict")


@dataclasses.dataclass(frozen=True)
class Bad:
    """A file or, where `files` is given, a folder of files; `spec` is what stands behind its name.

    `verbs` are those that must refuse it, `says` is part of the message and `mend` part of the mend.
    """

    name: str
    content: bytes
    says: str
    mend: str
    file: str | None = None
    row: int | None = None
    field: str | None = None
    verbs: tuple[str, ...] = ALL
    spec: str = ""
    files: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def place(self) -> str:
        """The file that the error names."""
        return self.file or self.name


def folder(name: str, says: str, mend: str, **rest: object) -> Bad:
    """A folder at fault."""
    return Bad(name, b"", says, mend, **rest)


def _parquet(rows: list[dict[str, object]]) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), content)
    return content.getvalue()


_PARQUET = _parquet([{"text": "a good film", "label": "good"}] * 50)

BAD = {
    "no label column": Bad(
        "a.csv",
        b"text\na good film\na bad film\n",
        "cannot tell which column holds the label among 'text'",
        "Name it (a.csv:label=COLUMN) or add it.",
        field="label",
        verbs=LABELLED,
    ),
    "no text column": Bad(
        "a.csv",
        b"id,label\n1,good\n2,bad\n",
        "cannot tell which column holds the text among 'id', 'label'",
        "Name it (a.csv:text=COLUMN) or add it.",
        field="text",
    ),
    "renamed columns": Bad(
        "a.csv",
        b"one,two,label\na long text here,another long text,good\nmore of it here,still more of it,bad\n",
        "cannot tell which column holds the text among 'one', 'two', 'label'",
        "Name it (a.csv:text=COLUMN), of a pair both (a.csv:text=COLUMN,text_pair=COLUMN), or add it.",
        field="text",
    ),
    "a named column that is not there": Bad(
        "a.csv", GOOD.encode(), "no such column", "Did you mean text?", field="txt", spec=":text=txt"
    ),
    "a named field that is none": Bad(
        "a.csv", GOOD.encode(), "no such field", "Did you mean label", field="labl", spec=":labl=label"
    ),
    "empty": Bad("a.csv", b"", "is empty (0 bytes)", "at least one row"),
    "empty lines": Bad("a.csv", b"\n\n", "is empty", "at least one row"),
    "header only": Bad("a.csv", b"text,label\n", "has column names but no rows", "at least one row"),
    "no header": Bad(
        "a.csv",
        b"a fine film indeed,good\na dull film alas,bad\nanother fine film,good\n",
        "the first row looks like data, not like column names",
        "Put a line of column names first.",
        field="good",
    ),
    "two files in one": Bad(
        "a.csv", (GOOD + GOOD).encode(), "the column names come again", "Delete the row.", row=5, verbs=LABELLED
    ),
    "zero-byte gzip": Bad("a.csv.gz", b"", "is empty (0 bytes)", "at least one row"),
    "broken gzip": Bad("a.csv.gz", GOOD.encode(), "is a broken or truncated gzip file", "Make or fetch it anew."),
    "truncated gzip": Bad(
        "a.csv.gz", ZIPPED[:-4], "is a broken or truncated gzip file", "Make or fetch it anew.", row=5
    ),
    "latin-1": Bad(
        "a.csv",
        "text,label\na film,good\ncafé,bad\n".encode("latin-1"),
        "line 3 is not UTF-8 (byte 0xe9 at 4)",
        "Save the file as UTF-8",
        row=2,
    ),
    "utf-16": Bad("a.csv", GOOD.encode("utf-16"), "is UTF-16 text", "Save the file as UTF-8"),
    "utf-16 without its mark": Bad("a.csv", GOOD.encode("utf-16-le"), "line 1 holds a NUL byte", "as UTF-8"),
    "another number of fields": Bad(
        "a.csv",
        b"text,label\na good film,good\na bad, dull film,bad\n",
        "line 3 has 3 fields where the header has 2",
        "Quote texts that hold the delimiter, or correct the row.",
        row=2,
    ),
    "semicolons": Bad(
        "a.csv", GOOD.replace(",", ";").encode(), "seems to be separated by semicolons", "Save it with commas"
    ),
    "an open quote": Bad(
        "a.csv", b'text,label\n"a good film,good\na bad film,bad\n', "quotes of line 3", "Close the quote", row=1
    ),
    "null text": Bad(
        "a.csv", b"text,label\na good film,good\n ,bad\n", "the text is missing", "Fill it in", row=2, field="text"
    ),
    "null label": Bad(
        "a.csv",
        b"text,label\na good film,good\na bad film,\n",
        "the label is missing",
        "Fill it in or delete the row.",
        row=2,
        field="label",
        verbs=LABELLED,
    ),
    "null in JSON": Bad(
        "a.jsonl",
        b'{"text": "a film", "label": "good"}\n{"text": null, "label": "bad"}\n',
        "the text is missing",
        "Fill it in",
        row=2,
        field="text",
    ),
    "one class": Bad(
        "a.csv",
        b"text,label\na good film,good\na bad film,good\n",
        "all train rows have the label 'good'",
        "Give rows of two labels.",
        field="label",
        verbs=TRAINING,
    ),
    "an unknown label": Bad(
        "a.csv",
        b"text,label\na good film,good\na bad film,bda\n",
        "the label 'bda' in test is unknown",
        "Did you mean bad?",
        row=2,
        field="label",
        verbs=("evaluate",),
    ),
    "two columns of one name": Bad(
        "a.csv", b"text,label,text\na,good,b\n", "2 columns have this name", "Rename all but one.", field="text"
    ),
    "broken JSON lines": Bad(
        "a.jsonl",
        b'{"text": "a film", "label": "good"}\n{"text": "b film", "label": \n',
        "is no valid JSON",
        "Correct or delete the row.",
        row=2,
    ),
    "no objects": Bad("a.jsonl", b'["a film", "good"]\n', "is JSON but no object", "Write each row as", row=1),
    "damaged parquet": Bad("a.parquet", _PARQUET[:-40], "is a damaged Parquet file", "Make or fetch it anew."),
    "text in parquet": Bad("a.parquet", GOOD.encode(), "is a damaged Parquet file", "Make or fetch it anew."),
    "lists in parquet": Bad(
        "a.parquet",
        _parquet([{"text": ["a", "b"], "label": "good"}]),
        "holds a list where a text is expected",
        "Give one text a row.",
        row=1,
        field="text",
    ),
    "another suffix": Bad("a.xlsx", b"PK", "files that end in '.xlsx' are not read", "Known: .csv, .json, "),
    "no suffix": Bad("reviews", GOOD.encode(), "has no ending that says what it holds", "Known: .csv, "),
    "wrong YAML": Bad("a.yaml", b"file: [a.csv\n", "is no valid YAML (line 2: ", "Correct it."),
    "an unknown setting": Bad("a.yaml", b"fiel: a.csv\n", "has no option 'fiel'", "Did you mean file"),
    "a folder of other files": folder(
        "reviews", "holds no train, validation or test file", "Add train.csv", files={"readme.txt": "x"}
    ),
    "a folder without train": folder(
        "reviews",
        "there are no train rows to learn the labels from",
        "Add them: in a folder, as train.csv.",
        verbs=TRAINING,
        files={"test.csv": GOOD},
    ),
    "a label that train lacks": folder(
        "reviews",
        "the label 'great' in validation is unknown",
        "Known: bad, good.",
        file="reviews/validation.csv",
        row=1,
        field="label",
        verbs=LABELLED,
        files={"train.csv": GOOD, "validation.csv": "text,label\na great film,great\n", "test.csv": GOOD},
    ),
    "a label of the test split that train lacks": folder(
        "reviews",
        "the label 'god' in test is unknown",
        "Did you mean good?",
        file="reviews/test.csv",
        row=2,
        field="label",
        verbs=LABELLED,
        files={"train.csv": GOOD, "test.csv": "text,label\na film,good\nanother,god\n"},
    ),
    "a split without a column": folder(
        "reviews",
        "there is no such column",
        "Known: label, review.",
        file="reviews/test.csv",
        field="text",
        verbs=LABELLED,
        files={"train.csv": GOOD, "test.csv": "review,label\na film,good\n"},
    ),
    "an empty split": folder(
        "reviews",
        "has column names but no rows",
        "at least one row",
        file="reviews/dev.csv",
        verbs=LABELLED,
        files={"train.csv": GOOD, "dev.csv": "text,label\n"},
    ),
    "several tables to predict": folder(
        "reviews",
        "holds train and test where one table is read",
        "Name one of its files.",
        verbs=("predict",),
        files={"train.csv": GOOD, "test.csv": GOOD},
    ),
}
