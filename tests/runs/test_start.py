"""A start: which head of a bundle is kept, why one is not, and how long texts may be."""

from pathlib import Path

import pytest

from bundles import REVIEWS, random_bundle
from crosstask.models.bundle import read_bundle, write_bundle
from crosstask.objectives import objective_for
from crosstask.runs.start import Start, load_start
from crosstask.tasks.task import Task
from crosstask.ui import Silent
from tiny_training import toy_task


class Notes(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def start(tiny_checkpoint: Path, tmp_path: Path) -> Start:
    """From a bundle with two heads for the same labels."""
    return load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"films": REVIEWS, "reviews": REVIEWS})))


def told(start: Start, task: Task, way: str = "head", *, trains: bool = True) -> list[str]:
    """What the user is told when the start makes a head for a task."""
    notes = Notes()
    start.head_for(task, objective_for(task.kind, way), notes, trains=trains)
    return notes.lines


def test_a_head_that_fits_is_kept(start: Start):
    assert told(start, toy_task()) == ["the head of 'reviews' is kept: its labels are the same"]
    assert told(start, toy_task("tweets")) == ["the head of 'films' is kept: its labels are the same"]


def test_a_head_of_another_make_is_not_kept_and_says_what_it_is(start: Start):
    assert told(start, toy_task(), "head:pooling=cls") == [
        "the head of 'reviews' has the same labels and is not kept: it was made with pooling=mean"
    ]


def test_labels_in_another_order_are_told(start: Start):
    assert told(start, toy_task(labels=("good", "bad"))) == [
        "the head of 'reviews' has the same labels and is not kept: they stand in the order bad, good there"
    ]


def test_a_head_for_other_labels_is_nothing_to_tell(start: Start):
    assert told(start, toy_task(labels=("bad", "good", "neither"))) == []


def test_a_new_head_that_no_step_trains_is_told(start: Start, tiny_decoder: Path):
    kept = ["the head of 'reviews' is kept: its labels are the same"]
    assert told(start, toy_task(), trains=False) == kept
    other = toy_task("other", labels=("bad", "good", "neither"))
    assert told(start, other, trains=False) == ["no step trains the new head of 'other', so its answers mean nothing"]
    assert told(load_start(str(tiny_decoder)), other, "likelihood", trains=False) == []


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("bad", "good"), "on the labels of reviews, bad, good: its own head is not used, for heads are kept from"),
        (("bad", "late"), "on the labels bad, late, and reviews has bad, good: its head is not used"),
    ],
)
def test_a_checkpoints_own_head_is_told_to_be_left(tiny_checkpoint: Path, labels: tuple[str, ...], message: str):
    start, notes = load_start(str(tiny_checkpoint)), Notes()
    start.check_labels(toy_task(), notes)
    assert notes.lines == []
    start.trunk.label_names = labels
    start.check_labels(toy_task(), notes)
    (line,) = notes.lines
    assert message in line


def test_a_bundles_head_is_not_told_to_be_left(start: Start):
    start.trunk.label_names, notes = ("bad", "good"), Notes()
    start.check_labels(toy_task(), notes)
    assert notes.lines == []


@pytest.mark.parametrize(("asked", "length"), [(None, 64), (48, 48), (12, 12)])
def test_a_start_reads_all_that_the_checkpoint_allows(
    tiny_checkpoint: Path, tmp_path: Path, asked: int | None, length: int
):
    whole = read_bundle(random_bundle(tiny_checkpoint, tmp_path / "b", {"reviews": REVIEWS}), max_length=16)
    write_bundle(tmp_path / "short", whole.model, whole.tasks, whole.record, whole.card)
    assert read_bundle(tmp_path / "short").model.trunk.text.max_length == 16
    assert load_start(str(tmp_path / "short"), max_length=asked).trunk.text.max_length == length
