"""Bad input through every verb: exit 2, one line with the mend, nothing half-written."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_files import BAD, Bad

Refused = Callable[..., dict[str, Any]]


def line_of(verb: str, source: str) -> list[str]:
    """A command line in which the verb meets the data."""
    return {
        "finetune": ["finetune", source, "--model", "tiny", "--out", "out", "--steps", "2"],
        "inspect": ["inspect", source, "--model", "tiny"],
        "evaluate": ["evaluate", "bundle", "--task", source],
        "predict": ["predict", "bundle", "--input", source],
    }[verb]


CASES = [pytest.param(verb, bad, id=f"{name}-{verb}") for name, bad in BAD.items() for verb in bad.verbs]


@pytest.mark.parametrize(("verb", "bad"), CASES)
def test_a_file_at_fault(verb: str, bad: Bad, here: Path, refused: Refused) -> None:
    for name, text in bad.files.items():
        (here / bad.name).mkdir(exist_ok=True)
        (here / bad.name / name).write_text(text)
    if not bad.files:
        (here / bad.name).write_bytes(bad.content)
    error = refused(*line_of(verb, bad.name + bad.spec))
    assert bad.says in error["message"]
    assert bad.mend in error["mend"]
    assert (error["file"], error["row"], error["field"]) == (bad.place, bad.row, bad.field)


@pytest.mark.parametrize("verb", ["finetune", "inspect", "evaluate", "predict"])
def test_without_json_standard_output_stays_empty(verb: str, here: Path, run_cli: Any) -> None:
    (here / "a.csv").write_text("text,label\n")
    answer = run_cli(*line_of(verb, "a.csv"))
    said = "crosstask: a.csv: has column names but no rows. Give a file with at least one row.\n"
    assert (answer.code, answer.stdout, answer.stderr) == (2, "", said)


def test_data_is_checked_before_the_model_is_opened(here: Path, refused: Refused) -> None:
    (here / "a.csv").write_text("text,label\n")
    error = refused("finetune", "a.csv", "--model", "no-such-model", "--out", "out")
    assert error["file"] == "a.csv"


NO_TASK = {
    "godo.csv": "Did you mean good.csv?",
    "gone/a.csv": "Give a file, a folder, sample:NAME",
    "sample:tweet": "Did you mean sample:tweets",
    "sample:zzz": "sample:",
    "godo.csv:text=text": "Did you mean good.csv?",
}


@pytest.mark.parametrize("source", NO_TASK)
@pytest.mark.parametrize("verb", ["finetune", "inspect", "evaluate", "predict"])
def test_an_unknown_task(verb: str, source: str, refused: Refused) -> None:
    error = refused(*line_of(verb, source))
    assert error["kind"] == "not-found"
    assert source.partition(":text=")[0] in error["message"]
    assert NO_TASK[source] in error["mend"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("model.safetensors", "the model folder has no model.safetensors"),
        ("config.json", "the model folder has no config.json"),
        ("tokenizer.json", "the model folder has no tokenizer"),
    ],
)
@pytest.mark.parametrize("verb", ["finetune", "inspect"])
def test_a_model_folder_that_lacks_a_part(verb: str, damage: str, says: str, here: Path, refused: Refused) -> None:
    (here / "tiny" / damage).unlink()
    error = refused(*line_of(verb, "good.csv"))
    assert (error["file"], error["message"]) == ("tiny", says)
    assert "save_pretrained" in error["mend"]


def test_pickled_weights_are_not_opened(here: Path, refused: Refused) -> None:
    (here / "tiny" / "model.safetensors").rename(here / "tiny" / "pytorch_model.bin")
    for verb in ("finetune", "inspect"):
        error = refused(*line_of(verb, "good.csv"))
        assert "a pickle, which can run code" in error["message"]
        assert "model.safetensors" in error["mend"]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("model.safetensors", b"", "weights"),
        ("model.safetensors", b"\x08\0\0\0\0\0\0\0{}      ", "weights"),
        ("model.safetensors.index.json", b"[]", "the index of the weights"),
        ("config.json", b"{", "config"),
        ("config.json", b"[1]", "config"),
        ("config.json", b'{"model_type": "no-such"}', "config"),
        ("config.json", b'{"model_type": "bert", "hidden_size": "wide"}', "config"),
        ("tokenizer.json", b"{}", "tokenizer"),
    ],
)
def test_a_damaged_model_folder(name: str, content: bytes, part: str, here: Path, refused: Refused) -> None:
    (here / "tiny" / name).write_bytes(content)
    for verb in ["finetune", *(["inspect"] if part in ("config", "tokenizer") else [])]:
        error = refused(*line_of(verb, "good.csv"))
        assert error["file"].startswith("tiny")
        assert part in error["message"]


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("startr", "Did you mean starter"),
        ("bundel", "Did you mean bundle?"),
        ("tyni", "Did you mean tiny?"),
        ("owner/no-such-model", "Or name a folder."),
        ("./gone/model", "Or name a folder."),
        ("good.csv", "Name the folder"),
    ],
)
def test_an_unknown_model(name: str, mend: str, refused: Refused) -> None:
    for line in (["finetune", "good.csv", "--out", "out"], ["inspect", "good.csv"]):
        assert mend in refused(*line, "--model", name)["mend"]


@pytest.mark.parametrize(
    ("line", "says", "mend"),
    [
        ("fintune good.csv", 'unknown command "fintune"', 'Did you mean "finetune"?'),
        ("finetune good.csv --epoch 3", "unknown option: --epoch", "Did you mean --epochs?"),
        ("finetune", "--task requires an argument", "finetune --help"),
        ("inspect", "--tasks requires an argument", "inspect --help"),
        ("export bundle", "--out requires an argument", "export --help"),
        ("predict bundle --input good.csv --head foo", "no head 'foo'", "Known: reviews."),
        ("evaluate bundle --task good.csv --head foo", "no head 'foo'", "Known: reviews."),
        ("evaluate bundle --task good.csv --split tset", 'invalid value "tset"', '"test"'),
        ("evaluate bundle --task sample:tweets:text=a", "are settled", "Leave them out."),
        ("export bundle --out o --format onnx", 'invalid value "onnx"', '"transformers"'),
        ("fetch startr", "no item 'startr'", "Did you mean starter"),
        ("predict bundle --input good.csv a-text", "both texts and a file", "Give one of them."),
    ],
)
def test_a_wrong_line(line: str, says: str, mend: str, refused: Refused) -> None:
    error = refused(*line.split())
    assert says in error["message"]
    assert mend in error["mend"]


@pytest.mark.parametrize(
    ("option", "value", "mend"),
    [
        ("tuning", "fulll", "Did you mean full?"),
        ("tuning", "freeze:layer=2", "Did you mean layers"),
        ("tuning", "freeze:layers=two", "It should be a valid integer."),
        ("tuning", "freeze:layers=99", "It has 2."),
        ("objective", "haed", "Did you mean head?"),
        ("objective", "head:poling=cls", "Did you mean pooling?"),
        ("objective", "head:pooling=max", "Did you mean mean?"),
        ("epochs", "0", "It should be greater than 0."),
        ("epochs", "inf", "It should be a finite number."),
        ("epochs", "three", "finetune --help"),
        ("steps", "2.5", "finetune --help"),
        ("batch-size", "0", "It should be greater than or equal to 1."),
        ("learning-rate", "-1", "It should be greater than 0."),
        ("learning-rate", "1e30", "Lower --learning-rate."),
        ("max-length", "4", "It should be greater than or equal to 8."),
        ("max-length", "5000", "to 64."),
        ("labels-per-class", "100", "Ask for at most 2 labels a class."),
        ("precision", "fp8", '"fp16"'),
        ("seed", "-1", "It should be greater than or equal to 0."),
        ("device", "gpu", "A device is auto, cpu, "),
        ("test", None, "It has: train."),
    ],
)
def test_a_bad_option(option: str, value: str | None, mend: str, refused: Refused) -> None:
    given = [f"--{option}", *([value] if value is not None else [])]
    error = refused("finetune", "good.csv", "--model", "tiny", "--out", "out", *given)
    assert mend in error["mend"]


@pytest.mark.parametrize("verb", ["finetune", "export"])
@pytest.mark.parametrize(
    ("out", "mend"),
    [
        ("other", "Choose another --out"),
        ("good.csv", "Choose another --out"),
        ("good.csv/out", "Choose another --out"),
        (".", "Choose another --out"),
        ("taken", "--overwrite"),
        ("damaged", "--overwrite"),
    ],
)
def test_a_place_that_is_taken(verb: str, out: str, mend: str, here: Path, refused: Refused) -> None:
    (here / "other").mkdir()
    (here / "other" / "notes.txt").write_text("mine")
    for copy in ("taken", "damaged"):
        shutil.copytree(here / "bundle", here / copy)
    (here / "damaged" / "crosstask.json").write_text("{")
    line = line_of("finetune", "good.csv")[:4] if verb == "finetune" else ["export", "bundle"]
    error = refused(*line, "--out", out)
    assert error["kind"] == "output"
    assert Path(error["file"]).resolve() == (here / out).resolve()
    assert mend in error["mend"]


@pytest.mark.parametrize(
    "out", ["bundle", ".", "good.csv", "bundle/README.md", "good.csv/answers.jsonl", "gone/answers.jsonl", "a" * 300]
)
def test_answers_that_cannot_be_written(out: str, refused: Refused) -> None:
    error = refused("predict", "bundle", "a film", "--out", out)
    assert (error["kind"], error["file"]) == ("output", out)


BUNDLE_LINES = [
    ["predict", "bundle", "a film"],
    ["evaluate", "bundle", "--task", "good.csv"],
    ["export", "bundle", "--out", "out"],
    ["finetune", "good.csv", "--model", "bundle", "--out", "out", "--steps", "2"],
]


@pytest.mark.parametrize("line", BUNDLE_LINES, ids=lambda line: line[0])
def test_a_flipped_byte_in_any_file_of_a_bundle(line: list[str], here: Path, refused: Refused) -> None:
    files = [
        path.relative_to(here)
        for path in sorted((here / "bundle").rglob("*"))
        if path.is_file() and path.stat().st_size
    ]
    assert len(files) >= 8
    for file in files:
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0x20]) + whole[middle + 1 :])
        error = refused(*line)
        assert (error["kind"], error["file"]) == ("bundle", str(file))
        assert error["mend"] == "Copy or make the bundle again."
        file.write_bytes(whole)


@pytest.mark.parametrize("line", BUNDLE_LINES[:3], ids=lambda line: line[0])
def test_what_is_no_bundle(line: list[str], refused: Refused) -> None:
    verb, _, *rest = line
    for name, says, mend in (
        ("tiny", "is no bundle: it has no crosstask.json", "such as the --out of finetune"),
        ("good.csv", "is no bundle: it has no crosstask.json", "such as the --out of finetune"),
        ("bundel", "does not exist", "Did you mean bundle?"),
    ):
        error = refused(verb, name, *rest)
        assert (error["file"], error["message"]) == (name, says)
        assert mend in error["mend"]


def spawn(*line: str) -> tuple[int, str, int]:
    """Exit code, standard error and peak memory in MiB of a command line in a process of its own."""
    command = [sys.executable, "-m", "crosstask", *line]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        stderr = running.stderr.read() if running.stderr else ""
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return running.returncode, stderr, usage.ru_maxrss // unit


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not tell a child's peak memory")
def test_a_line_of_100_megabytes_is_refused_in_little_memory(here: Path) -> None:
    (here / "small.csv").write_text("text,label\n")
    _, _, least = spawn(*line_of("finetune", "small.csv"))
    for name in ("a.csv", "a.csv.gz"):
        with gzip.open(here / name, "wb", 1) if name.endswith("gz") else (here / name).open("wb") as file:
            file.write(b"text,label\n")
            for _ in range(100):
                file.write(b"x" * 1_000_000)
        code, stderr, peak = spawn(*line_of("finetune", name))
        (here / name).unlink()
        assert code == 2
        assert stderr.startswith(f"crosstask: {name}, row 1: line ")
        assert "is longer than 16 MiB. Check that its rows end in line feeds, or shorten the text." in stderr
        assert stderr.count("\n") == 1
        assert peak < least + 64
    assert not (here / "out").exists()


def test_a_tokenizer_without_a_pad_token_uses_its_end_token_and_says_so(here: Path, run_cli: Any) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(here / "tiny")
    tokenizer.pad_token = None
    tokenizer.save_pretrained(here / "tiny")
    answer = run_cli(*line_of("finetune", "good.csv"))
    assert answer.code == 0
    assert "the tokenizer of 'tiny' has no pad token: its end token '[SEP]' is used" in answer.stderr
    alone = run_cli("predict", "out", "a film").lines
    beside = run_cli("predict", "out", "a film", "a very very great film was not late, was it?").lines
    assert beside[0]["probabilities"] == pytest.approx(alone[0]["probabilities"], abs=1e-5)
