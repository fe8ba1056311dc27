"""Checkpoints: whole or not at all, the newest that is as it was written."""

from pathlib import Path

import pytest
import torch

from crosstask.errors import OutputError
from crosstask.training.checkpoint import Checkpoint, latest_checkpoint, save_checkpoint
from tiny_training import assert_same


def checkpoint(step: int) -> Checkpoint:
    tensors = {"a/b.weight": torch.randn(3, 4), "step": torch.tensor(float(step)), "turned": torch.randn(4, 3).T}
    return Checkpoint(step, tensors, {"finish": {"score": None, "waited": 2, "step": None}})


def test_it_comes_back_as_it_was_saved(tmp_path: Path):
    saved = checkpoint(12)
    save_checkpoint(tmp_path, saved)
    found = latest_checkpoint(tmp_path)
    assert (found.step, found.values) == (12, saved.values)
    assert_same(found.tensors, saved.tensors)


def test_older_ones_go(tmp_path: Path):
    for step in (1, 2, 10):
        save_checkpoint(tmp_path, checkpoint(step))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000010"]


def test_a_step_may_be_saved_again(tmp_path: Path):
    save_checkpoint(tmp_path, checkpoint(3))
    saved = checkpoint(3)
    save_checkpoint(tmp_path, saved)
    assert_same(latest_checkpoint(tmp_path).tensors, saved.tensors)


def test_none_is_none(tmp_path: Path):
    assert latest_checkpoint(tmp_path) is None


def test_what_a_killed_writer_left_is_no_checkpoint_and_goes(tmp_path: Path):
    left = tmp_path / ".checkpoint-00000004.partial"
    left.mkdir()
    (left / "state.safetensors").write_bytes(b"half")
    assert latest_checkpoint(tmp_path) is None
    save_checkpoint(tmp_path, checkpoint(4))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000004"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"values": {}, "sha256": "0"}', b"\xff"])
def test_the_newest_that_is_damaged_is_passed_over(tmp_path: Path, content: bytes):
    older, newer = tmp_path / "older", tmp_path / "newer"
    for folder, step in ((older, 5), (newer, 6)):
        save_checkpoint(folder, checkpoint(step))
    (newer / "checkpoint-00000006").rename(older / "checkpoint-00000006")
    assert latest_checkpoint(older).step == 6
    (older / "checkpoint-00000006" / "state.json").write_bytes(content)
    assert latest_checkpoint(older).step == 5


def test_a_place_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_checkpoint(tmp_path / "file", checkpoint(1))
