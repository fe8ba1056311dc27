"""The verb predict: from arguments, standard input and files, to lines."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crosstask
from bundles import PAIRS, REVIEWS, random_bundle
from crosstask.tasks.kinds.tagging import Tagging

TEXTS = ["the film was good", "not very good", "awful plane"]

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_bundle(tiny_checkpoint, tmp_path_factory.mktemp("bundles") / "reviews", {"reviews": REVIEWS})


@pytest.fixture(scope="module")
def truth(folder: Path) -> list[dict[str, Any]]:
    return [found.to_json() for found in crosstask.load(folder, "cpu").predict(TEXTS)]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Puts bytes on standard input."""

    def put(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    return put


def near(answers: list[dict[str, Any]], truth: list[dict[str, Any]]) -> bool:
    """Whether the answers are the true ones but for rounding: batches differ."""
    shape = [(one["task"], one["label"], list(one["probabilities"])) for one in answers]
    values = [list(one["probabilities"].values()) for one in answers]
    return shape == [(one["task"], one["label"], list(one["probabilities"])) for one in truth] and values == [
        pytest.approx(list(one["probabilities"].values()), abs=1e-5) for one in truth
    ]


@pytest.mark.parametrize("json_door", [[], ["--json"]])
def test_texts_as_arguments(run_cli: Run, folder: Path, truth: list[dict[str, Any]], json_door: list[str]):
    answer = run_cli("predict", folder, *TEXTS, *json_door)
    assert answer.code == 0
    assert near(answer.lines, truth)


def test_lines_of_text_from_standard_input(run_cli: Run, folder: Path, truth: list[dict[str, Any]], pipe: Run):
    pipe(b"\xef\xbb\xbf" + "\r\n".join(TEXTS).encode())
    assert near(run_cli("predict", folder).lines, truth)


def test_json_lines_from_standard_input(run_cli: Run, folder: Path, truth: list[dict[str, Any]], pipe: Run):
    pipe("".join(json.dumps({"text": text, "note": 1}) + "\n" for text in TEXTS).encode())
    assert near(run_cli("predict", folder).lines, truth)


@pytest.mark.parametrize("written", [str, lambda text: json.dumps({"text": text})])
def test_blank_lines_are_passed_over_and_counted(
    run_cli: Run, folder: Path, truth: list[dict[str, Any]], pipe: Run, written: Callable[[str], str]
):
    first, *rest = map(written, TEXTS)
    pipe("\n".join(["", first, " ", "\r", *rest, ""]).encode())
    answer = run_cli("predict", folder)
    assert (answer.code, [one["row"] for one in answer.lines]) == (0, [2, 5, 6])
    assert near(answer.lines, truth)
    assert answer.stderr == "3 blank lines were passed over\n"


def test_a_file_to_a_file(run_cli: Run, folder: Path, truth: list[dict[str, Any]], tmp_path: Path):
    source, out = tmp_path / "more.csv", tmp_path / "answers.jsonl"
    source.write_text("id,text\n" + "".join(f"{at},{text}\n" for at, text in enumerate(TEXTS)))
    answer = run_cli("predict", folder, "--input", source, "--out", out, "--json")
    assert answer.record == {"out": str(out), "rows": 3}
    assert near([json.loads(line) for line in out.read_text().splitlines()], truth)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.jsonl", "more.csv"]


def test_more_rows_than_a_batch_come_in_order(run_cli: Run, folder: Path, pipe: Run):
    texts = [f"film {'good ' * (number % 7)}{number}" for number in range(600)]
    pipe("\n".join(texts).encode())
    answers = run_cli("predict", folder).lines
    assert len(answers) == 600
    assert near(answers, [found.to_json() for found in crosstask.load(folder, "cpu").predict(texts)])


def test_pairs_are_json_objects(run_cli: Run, tiny_checkpoint: Path, tmp_path: Path):
    folder = random_bundle(tiny_checkpoint, tmp_path / "pairs", {"pairs": PAIRS, "reviews": REVIEWS})
    pair = json.dumps({"premise": "the film was good", "hypothesis": "great"})
    (found,) = run_cli("predict", folder, pair, "--head", "pairs").lines
    assert (found["task"], list(found["probabilities"])) == ("pairs", ["no", "maybe", "yes"])
    alone = run_cli("predict", folder, pair, "just one text", "--head", "pairs")
    assert (alone.code, "row 2: is no JSON object as the first row is" in alone.stderr) == (2, True)
    told = run_cli("predict", folder, "just one text", "--head", "pairs", "--json").record["error"]
    assert (told["row"], told["message"]) == (1, "is one text, and the bundle answers pairs of texts")
    mend = told["mend"].removeprefix("Give a JSON object: ").removesuffix(".")
    assert json.loads(mend) == {"premise": "...", "hypothesis": "..."}


def test_words_of_a_table_are_those_of_training_and_of_a_text_are_found(
    run_cli: Run, tiny_checkpoint: Path, tmp_path: Path, pipe: Run
):
    folder = random_bundle(tiny_checkpoint, tmp_path / "tags", {"tags": Tagging(labels=("B-PER", "O"))})
    cell, words = "Mr. Lee 's U.S. trip", ["Mr.", "Lee", "'s", "U.S.", "trip"]
    (tmp_path / "rows.csv").write_text(f"tokens,tags\n{cell},O B-PER O O O\n")
    (asked,) = run_cli("predict", folder, "--input", tmp_path / "rows.csv").lines
    (spoken,) = run_cli("predict", folder, cell).lines
    pipe(json.dumps({"tokens": cell}).encode())
    (piped,) = run_cli("predict", folder).lines
    assert asked["tokens"] == piped["tokens"] == words
    assert spoken["tokens"] == ["Mr", ".", "Lee", "'", "s", "U.S", ".", "trip"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is nothing to predict"),
        (b"\n \n", "standard input: there is nothing to predict"),
        (b'\n{"text": "good"}\n\ngreat\n', "standard input, row 4: is no JSON object as the first row is"),
        (b'{"text": "good"}\ngreat\n', "standard input, row 2: is no JSON object as the first row is"),
        (b'{"text": "good"}\n{"text": null}\n', "standard input, row 2, field 'text': the text is missing"),
        (b'good\n{"text": "good"}\n', "standard input, row 2: is a JSON object, and the first row is a text. Give"),
        (
            b'{"text": "good\n{"text": "good"}\n',
            "row 1: begins as a JSON object and is none, and row 2 is one",
        ),
        (b'{"text": "good"}\n{}\n', "standard input, row 2: is empty"),
        (b"good\n" + b'{"a":' * 50_000 + b"\n" + b'{"text": "good"}\n', "row 3: is a JSON object"),
        (b'{"one": "a", "two": "b"}\n', "standard input, row 1, field 'text': cannot"),
        (b"good\ncaf\xe9\n", "standard input, row 2: is not UTF-8 (byte 0xe9 at 4)"),
        (b"x" * (17 << 20), "standard input, row 1: is longer than 16 MiB"),
    ],
)
def test_bad_standard_input_is_one_line(run_cli: Run, folder: Path, pipe: Run, content: bytes, message: str):
    pipe(content)
    answer = run_cli("predict", folder)
    assert (answer.code, answer.stdout) == (2, "")
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr


def test_bad_rows_leave_no_file(run_cli: Run, folder: Path, tmp_path: Path):
    source, out = tmp_path / "more.jsonl", tmp_path / "answers.jsonl"
    source.write_text('{"text": "good"}\n{"text": ""}\n')
    answer = run_cli("predict", folder, "--input", source, "--out", out)
    assert answer.code == 2
    assert "row 2" in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["more.jsonl"]


def test_an_out_that_cannot_be_written_is_one_line(run_cli: Run, folder: Path, tmp_path: Path):
    answer = run_cli("predict", folder, "good", "--out", tmp_path / "nowhere" / "answers.jsonl")
    assert answer.code == 2
    assert "cannot be written" in answer.stderr


def test_a_file_that_is_there_is_replaced_only_where_asked(run_cli: Run, folder: Path, tmp_path: Path):
    out = tmp_path / "answers.jsonl"
    out.write_text("mine")
    for dry in ([], ["--dry-run"]):
        refused = run_cli("predict", folder, "good", "--out", out, *dry, "--json")
        assert (refused.code, out.read_text()) == (2, "mine")
        assert "add --overwrite" in refused.record["error"]["mend"]
    assert run_cli("predict", folder, "good", "--out", out, "--overwrite").code == 0
    assert json.loads(out.read_text())["task"] == "reviews"


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("more.csv", "more.csv"),
        ("more.csv:text=review", "more.csv"),
        ("more.csv", "link.csv"),
        (".", "more.csv"),
        ("more.csv", "bundle/README.md"),
    ],
)
def test_what_is_read_is_never_overwritten(
    run_cli: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, out: str
):
    monkeypatch.chdir(tmp_path)
    Path("more.csv").write_text("review\na good film\n")
    Path("link.csv").symlink_to("more.csv")
    Path("bundle").symlink_to(folder)
    before = Path(out).read_bytes()
    answer = run_cli("predict", "bundle", "--input", source, "--out", out, "--overwrite", "--json")
    assert (answer.code, Path(out).read_bytes()) == (2, before)
    assert answer.record["error"]["message"] == "is read here, and cannot be written too"


def test_no_answers_are_written_into_a_bundle(run_cli: Run, folder: Path):
    for out in (folder / "answers.jsonl", folder / "trunk" / "answers.jsonl"):
        answer = run_cli("predict", folder, "good", "--out", out, "--json")
        assert (answer.code, answer.record["error"]["message"]) == (2, f"lies in the bundle {folder.resolve()}")
        assert not out.exists()


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series])
def test_the_function_gives_predictions(folder: Path, truth: list[dict[str, Any]], form: Callable[[Any], Any]):
    found = list(crosstask.predict(folder, form(TEXTS)))
    assert near([one.to_json() for one in found], truth)


def test_the_function_takes_one_text_or_none(folder: Path, truth: list[dict[str, Any]]):
    assert near([one.to_json() for one in crosstask.predict(folder, TEXTS[0])], truth[:1])
    assert list(crosstask.predict(folder, [])) == []


def test_a_file_of_plain_text_is_to_be_piped(run_cli: Run, folder: Path, tmp_path: Path):
    source = tmp_path / "in put.txt"
    source.write_text("a good film\n")
    answer = run_cli("predict", folder, "--input", source, "--json")
    assert (answer.code, answer.record["error"]["file"]) == (2, str(source))
    assert answer.record["error"]["mend"].endswith(f"predict {folder} < '{source}'.")


def test_a_dry_run_predicts_nothing(run_cli: Run, folder: Path, tmp_path: Path):
    answer = run_cli("predict", folder, "good", "--out", tmp_path / "answers.jsonl", "--dry-run", "--json")
    assert answer.code == 0
    assert len(answer.record["plan"]["actions"]) == 2
    assert not list(tmp_path.iterdir())


def test_two_sources_are_refused(run_cli: Run, folder: Path, tmp_path: Path):
    answer = run_cli("predict", folder, "good", "--input", tmp_path / "more.csv")
    assert answer.code == 2
    assert "both texts and a file are given. Give one of them." in answer.stderr


def test_what_is_cut_is_told(run_cli: Run, folder: Path):
    answer = run_cli("predict", folder, "a good film", "a very good film " * 40)
    assert answer.code == 0
    assert [line.get("cut", 0) > 0 for line in answer.lines] == [False, True]
    assert "50.0% of the rows are cut to" in answer.stderr
