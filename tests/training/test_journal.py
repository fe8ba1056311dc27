"""The journal: rows on disk as in hand, and those after a checkpoint dropped."""

import sys
from pathlib import Path

import pytest

from crosstask.errors import ConfigError, OutputError
from crosstask.training.journal import Journal
from crosstask.training.tensorboard import tensorboard

ROWS = [{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.25}, {"step": 2, "score": 0.9}, {"step": 3, "loss": 0.1}]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.jsonl"
    journal = Journal(path)
    for row in ROWS:
        journal.write(row)
    return path


@pytest.mark.parametrize(("step", "kept"), [(0, 0), (1, 1), (2, 3), (3, 4)])
def test_a_resumed_journal_holds_what_was_before(file: Path, step: int, kept: int):
    journal = Journal(file, step)
    assert journal.rows == ROWS[:kept]
    assert len(file.read_text(encoding="utf-8").splitlines()) == kept
    journal.write({"step": 9})
    assert Journal(file, 9).rows == [*ROWS[:kept], {"step": 9}]


@pytest.mark.parametrize("cut", [1, 5, 12])
def test_a_line_cut_short_by_a_kill_is_left_out(file: Path, cut: int):
    file.write_bytes(file.read_bytes()[:-cut])
    assert Journal(file, 3).rows == ROWS[:3]


def test_rows_that_a_power_cut_left_unreadable_are_left_out(file: Path):
    file.write_bytes(file.read_bytes() + b"\0\0\0}\n\xff}\n[]\n{}\n")
    assert Journal(file, 3).rows == ROWS


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_are_not_finite_are_null_on_disk_and_none_in_hand(tmp_path: Path, number: float):
    journal = Journal(tmp_path / "metrics.jsonl")
    journal.write({"step": 1, "gradient_norm": number})
    assert journal.rows == Journal(tmp_path / "metrics.jsonl", 1).rows == [{"step": 1, "gradient_norm": None}]
    assert (tmp_path / "metrics.jsonl").read_text() == '{"step": 1, "gradient_norm": null}\n'


def test_without_a_file_it_is_in_hand_alone():
    journal = Journal(None)
    journal.write(ROWS[0])
    assert journal.rows == ROWS[:1]


def test_a_place_that_is_gone_is_the_users_to_mend(file: Path):
    journal = Journal(file)
    file.unlink()
    file.mkdir()
    with pytest.raises(OutputError):
        journal.write(ROWS[0])


def test_tensorboard_reads_the_same_numbers(tmp_path: Path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with tensorboard(tmp_path) as watch:
        journal = Journal(None, watch=watch)
        for step in (1, 2):
            journal.write({"step": step, "phase": "train", "loss": 1.0 / step, "norm": float("inf")})
    found = events.EventAccumulator(str(tmp_path)).Reload()
    assert found.Tags()["scalars"] == ["loss"]
    assert [(event.step, event.value) for event in found.Scalars("loss")] == [(1, 1.0), (2, 0.5)]


def test_tensorboard_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match="not installed"), tensorboard(tmp_path):
        pass
