"""Every reader gives back what was written, plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosstask.errors import InputError
from crosstask.tasks.reader import READERS, read_table, stem
from crosstask.tasks.reread import Reread

Rows = list[dict[str, str]]

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    columns = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    row = st.fixed_dictionaries(dict.fromkeys(columns, cells))
    return draw(st.lists(row, min_size=1, max_size=6))


def write_delimited(rows: Rows, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(rows)


def write_lines(rows: Rows, path: Path) -> None:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def write_list(rows: Rows, path: Path) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def write_parquet(rows: Rows, path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS: dict[str, Callable[[Rows, Path], None]] = {
    "csv": write_delimited,
    "tsv": write_delimited,
    "jsonl": write_lines,
    "json": write_list,
    "parquet": write_parquet,
}


def zipped(path: Path) -> Path:
    target = path.with_name(path.name + ".gz")
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


def test_every_reader_is_tested() -> None:
    assert set(WRITERS) == set(READERS.names())


@pytest.mark.parametrize("suffix", WRITERS)
@given(rows=tables())
@settings(max_examples=40, deadline=None)
def test_any_text_table_comes_back(suffix: str, rows: Rows) -> None:
    assume(suffix != "tsv" or not any("\t" in cell and "\n" in cell for row in rows for cell in row.values()))
    with TemporaryDirectory() as folder:
        path = Path(folder, f"table.{suffix}")
        WRITERS[suffix](rows, path)
        for file in (path, zipped(path)):
            table = read_table(file)
            assert list(table.records) == rows
            assert table.columns == tuple(rows[0])
            assert table.file == str(file)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\nhello,x\n", encoding="utf-8-sig")
    assert read_table(path).columns == ("text", "label")


def test_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\ntext,label\n\nhello,x\n\n")
    assert list(read_table(path).records) == [{"text": "hello", "label": "x"}]


def test_a_long_cell_is_read_and_the_process_wide_bound_is_left_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    path = tmp_path / "a.csv"
    path.write_text(f"text\n{'word ' * 100_000}\n")
    assert len(read_table(path).records[0]["text"]) == 500_000
    assert csv.field_size_limit() == before


def test_a_tsv_with_lone_quotes_is_read_as_plain_characters(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('text\tlabel\n"Great" said he\tgood\n"unclosed\tbad\n')
    table = read_table(path)
    assert [row["text"] for row in table.records] == ['"Great" said he', '"unclosed']
    assert table.notes == ("a.tsv: quotes are read as plain characters",)


def test_json_lines_need_not_all_have_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a"}\n\n{"label": "x", "text": "b"}\n')
    assert read_table(path).columns == ("text", "label")


def test_the_name_of_a_file_is_without_its_suffixes() -> None:
    assert stem(Path("data/my.reviews.CSV.GZ")) == "my.reviews"


def test_a_quote_in_a_tsv_does_not_join_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('text\tlabel\n"Great, said he\tgood\nit was bad"\tbad\n')
    table = read_table(path)
    assert [row["text"] for row in table.records] == ['"Great, said he', 'it was bad"']
    assert table.notes == ("a.tsv: quotes are read as plain characters",)


def test_a_quoted_text_of_a_tsv_may_have_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('text\tlabel\n"one\nother"\tgood\n')
    table = read_table(path)
    assert list(table.records) == [{"text": "one\nother", "label": "good"}]
    assert table.notes == ()


@pytest.mark.parametrize("suffix", sorted(WRITERS.keys() - {"json"}))
def test_records_are_not_held_and_come_again(tmp_path: Path, suffix: str) -> None:
    rows = [{"text": f"row {at}", "label": "x" * 200_000 * (at == 2)} for at in range(4)]
    WRITERS[suffix](rows, tmp_path / f"a.{suffix}")
    table = read_table(tmp_path / f"a.{suffix}")
    assert isinstance(table.records, Reread)
    assert list(zip(table.records, table.records, strict=True)) == list(zip(rows, rows, strict=True))


def test_a_pipe_is_refused_for_it_cannot_be_read_again(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(InputError, match="is a pipe or a device"):
        read_table(tmp_path / "a.csv")
