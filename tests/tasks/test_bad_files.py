"""Every file that cannot be read is one error with the file, the row and the mend."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crosstask.errors import InputError
from crosstask.tasks import bounded
from crosstask.tasks.reader import read_table


def parquet_bytes(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


PARQUET = parquet_bytes(pa.Table.from_pylist([{"text": "good", "label": "x"}] * 500))
TWINS = parquet_bytes(pa.table([["a"], ["b"]], names=["text", "text"]))
NO_ROWS = parquet_bytes(pa.table({"text": pa.array([], pa.string())}))
ZIPPED = gzip.compress(b"text,label\n" + b"hello there,good\n" * 1000)

BAD: list[tuple[str, bytes, int | None, str | None, str]] = [
    ("empty.csv", b"", None, None, "is empty"),
    ("zero-byte.csv.gz", b"", None, None, "is empty (0 bytes)"),
    ("nothing-inside.csv.gz", gzip.compress(b""), None, None, "is empty"),
    ("blank.csv", b"\n\n", None, None, "is empty"),
    ("blank.jsonl", b"\n\n", None, None, "is empty"),
    ("list.json", b"[]", None, None, "is empty"),
    ("header-only.csv", b"text,label\n", None, None, "has column names but no rows"),
    ("header-only.tsv", b"text\tlabel\n", None, None, "has column names but no rows"),
    ("truncated.csv.gz", ZIPPED[:-9], 1001, None, "broken or truncated gzip"),
    ("flipped.csv.gz", ZIPPED[:30] + b"\xff\xff" + ZIPPED[32:], None, None, "broken or truncated gzip"),
    ("no-gzip.csv.gz", b"text,label\n", None, None, "broken or truncated gzip"),
    ("latin-1.csv", "text,label\nok,x\ncafé,x\n".encode("latin-1"), 2, None, "line 3 is not UTF-8 (byte 0xe9 at 4)"),
    ("latin-1.jsonl", '{"text": "é"}'.encode("latin-1"), 1, None, "line 1 is not UTF-8"),
    ("latin-1.json", '[{"text": "é"}]'.encode("latin-1"), None, None, "line 1 is not UTF-8"),
    ("utf-16.csv", "text,label\n".encode("utf-16"), None, None, "is UTF-16 text"),
    ("nul.csv", b"text,label\na\0b,x\n", 1, None, "line 2 holds a NUL byte"),
    ("wide.csv", b"text,label\na,x\nb,x,y\n", 2, None, "line 3 has 3 fields where the header has 2"),
    ("narrow.tsv", b"text\tlabel\na\n", 1, None, "line 2 has 1 field where the header has 2"),
    ("unclosed.csv", b'text,label\n"a,x\nb,y\n', 1, None, "unexpected end of data"),
    ("stray-quote.csv", b'text,label\n"a"b,x\n', 1, None, "the quotes of line 2 are not right ("),
    ("twins.csv", b"text,label,text\na,x,b\n", None, "text", "2 columns have this name"),
    ("twins.jsonl", b'{"a": 1}\n{"text": "a", "text": "b"}\n', 2, "text", "2 columns have this name"),
    ("twins.parquet", TWINS, None, "text", "2 columns have this name"),
    ("broken.jsonl", b'{"text": "a"}\n{"text": \n', 2, None, "is no valid JSON"),
    ("huge-number.jsonl", b'{"text": ' + b"9" * 5000 + b"}\n", 1, None, "a number of more than 4,300 digits"),
    ("deep.jsonl", b"[" * 200_000, 1, None, "nested too deeply"),
    ("list.jsonl", b'{"text": "a"}\n["a", "x"]\n', 2, None, "is JSON but no object"),
    ("broken.json", b'[{"text": "a"}', None, None, "is no valid JSON"),
    ("object.json", b'{"text": "a"}', None, None, "is no list of rows"),
    ("mixed.json", b'[{"text": "a"}, 3]', 2, None, "is JSON but no object"),
    ("text.parquet", b"text,label\n", None, None, "is a damaged Parquet file"),
    ("truncated.parquet", PARQUET[:-100], None, None, "is a damaged Parquet file"),
    ("no-rows.parquet", NO_ROWS, None, None, "has column names but no rows"),
    ("broken.parquet.gz", gzip.compress(PARQUET)[:-20], None, None, "broken or truncated gzip"),
    ("semicolons.csv", b"text;label\na;x\n", None, None, "seems to be separated by semicolons"),
    ("commas.tsv", b"text,label\na,x\n", None, None, "seems to be separated by commas"),
    ("nameless.csv", b",,text\na,x,b\n", None, "", "2 columns have no name"),
    ("reviews", b"text,label\n", None, None, "has no ending that says what it holds"),
    ("reviews.xlsx", b"PK", None, None, "files that end in '.xlsx' are not read"),
]


@pytest.mark.parametrize(("name", "content", "row", "field", "message"), BAD, ids=[case[0] for case in BAD])
def test_bad_file(tmp_path: Path, name: str, content: bytes, row: int | None, field: str | None, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(path)
    error = caught.value
    assert message in error.message
    assert (error.file, error.row, error.field) == (str(path), row, field)
    assert error.mend
    assert "\n" not in str(error)


def test_a_wrong_suffix_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.cvs").write_text("text,label\na,x\n")
    with pytest.raises(InputError, match=r"Did you mean \.csv"):
        read_table(tmp_path / "a.cvs")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_table(tmp_path / "a.csv")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read_table(tmp_path / "b.csv")


def test_flipped_bytes_in_parquet_pages_end_in_an_error_or_in_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    for place in range(0, len(PARQUET), 37):
        path.write_bytes(PARQUET[:place] + bytes([PARQUET[place] ^ 0xFF]) + PARQUET[place + 1 :])
        with suppress(InputError):
            read_table(path)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.csv.gz"])
def test_a_line_of_100_megabytes_is_refused_without_being_held(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with gzip.open(path, "wb", compresslevel=1) if name.endswith("gz") else path.open("wb") as file:
        file.write(b'{"text": "a"}\n')
        for _ in range(100):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(InputError, match="longer than 16 MiB"):
        read_table(path)
    assert tracemalloc.get_traced_memory()[1] < 80 << 20
    tracemalloc.stop()


def test_a_file_that_unpacks_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_FILE", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"text\n" + b"hello\n" * 500_000))
    with pytest.raises(InputError, match="holds more than 1 MiB"):
        read_table(path)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_lines_end_as_on_any_system(tmp_path: Path, end: str) -> None:
    rows = [{"text": "a film", "label": "good"}, {"text": "no film", "label": "bad"}]
    files = {
        "a.csv": ["text,label", "a film,good", "no film,bad"],
        "a.tsv": ["text\tlabel", "a film\tgood", "no film\tbad"],
        "a.jsonl": [json.dumps(row) for row in rows],
    }
    for name, lines in files.items():
        (tmp_path / name).write_bytes((end.join(lines) + end).encode())
        assert [dict(record) for record in read_table(tmp_path / name).records] == rows
    (tmp_path / "a.csv").write_bytes(b'text,label\n"a\rfilm",good\n')
    assert read_table(tmp_path / "a.csv").records[0]["text"] == "a\rfilm"
