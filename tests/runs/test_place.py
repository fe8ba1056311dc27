"""The output place of a run: who may write there, and what stays."""

import json
import os
from pathlib import Path

import pytest

from crosstask.errors import InputError, Interrupted, OutputError
from crosstask.runs.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "runs" / "a", "key-a")


def left_unfinished(place: Place) -> None:
    """What a killed run leaves behind."""
    assert place.open(None, overwrite=False)
    (place.partial / "checkpoint-00000001").mkdir()


def done(place: Place) -> None:
    place.out.mkdir(parents=True)
    (place.out / "crosstask.json").write_text("{}")


def test_a_free_place_is_made_ready(place: Place):
    assert place.open(None, overwrite=False)
    assert json.loads((place.partial / "run.json").read_text()) == {"key": "key-a"}
    place.close()
    assert list(place.out.parent.iterdir()) == []


def test_an_empty_folder_is_free(place: Place):
    place.out.mkdir(parents=True)
    assert place.open(None, overwrite=False)


def test_the_result_of_this_very_run_is_done(place: Place):
    done(place)
    assert not place.open("key-a", overwrite=False)


def test_the_result_of_this_very_run_is_made_again_when_asked(place: Place):
    done(place)
    assert place.open("key-a", overwrite=True)


def test_what_a_killed_replacement_took_away_is_another_result(place: Place):
    done(place)
    place.out.replace(place.out.with_name(".a.old"))
    with pytest.raises(OutputError, match="holds another result"):
        place.open(None, overwrite=False)
    assert (place.out / "crosstask.json").exists()


def test_threads_are_named_among_what_may_differ(place: Place):
    done(place)
    with pytest.raises(OutputError, match="versions or threads"):
        place.open("key-b", overwrite=False)


def test_what_this_run_left_after_its_result_was_there_goes(place: Place):
    left_unfinished(place)
    done(place)
    assert not place.open("key-a", overwrite=False)
    assert [path.name for path in place.out.parent.iterdir()] == ["a"]


@pytest.mark.parametrize("made_by", [None, "key-b"])
def test_anything_else_is_refused_or_overwritten(place: Place, made_by: str | None):
    done(place)
    with pytest.raises(OutputError, match=r"holds another result.*--overwrite"):
        place.open(made_by, overwrite=False)
    assert not place.partial.exists()
    assert place.open(made_by, overwrite=True)
    assert (place.out / "crosstask.json").exists()


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_file_is_refused(place: Place, overwrite: bool):
    place.out.parent.mkdir()
    place.out.write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        place.open(None, overwrite=overwrite)
    assert place.out.read_text() == "mine"


def test_the_same_run_goes_on_and_another_does_not(place: Place):
    left_unfinished(place)
    assert place.open(None, overwrite=False)
    assert (place.partial / "checkpoint-00000001").exists()
    other = Place(place.out, "key-b")
    with pytest.raises(OutputError, match="holds an unfinished run with other options"):
        other.open(None, overwrite=False)
    assert (place.partial / "checkpoint-00000001").exists()
    assert other.open(None, overwrite=True)
    assert not (place.partial / "checkpoint-00000001").exists()


def test_a_run_that_has_saved_nothing_is_in_nobodys_way(place: Place):
    place.open(None, overwrite=False)
    (place.partial / "metrics.jsonl").write_text("{}\n")
    assert Place(place.out, "key-b").open(None, overwrite=False)


@pytest.mark.parametrize("content", ["", "[]", '{"kee": 1}', "{"])
def test_a_damaged_key_is_another_runs(place: Place, content: str):
    left_unfinished(place)
    (place.partial / "run.json").write_text(content)
    with pytest.raises(OutputError, match="unfinished run"):
        place.open(None, overwrite=False)


def test_a_parent_that_is_a_file_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Place(tmp_path / "file" / "a", "key").open(None, overwrite=False)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_parent_cannot_be_written(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        Place(tmp_path / "a", "key").open(None, overwrite=False)


def test_the_present_folder_is_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert Place(Path(), "key").open(None, overwrite=False)
    assert (tmp_path / "here.partial").is_dir()


def test_work_that_ends_well_leaves_nothing(place: Place):
    left_unfinished(place)
    with place.working() as folder:
        assert folder == place.partial
    assert not place.partial.exists()


def test_work_that_turns_out_impossible_leaves_nothing(place: Place):
    left_unfinished(place)
    with pytest.raises(InputError), place.working():
        raise InputError("the loss is no number")
    assert not place.partial.exists()


@pytest.mark.parametrize("error", [OutputError("no space left"), ZeroDivisionError()])
def test_work_that_can_go_on_is_kept(place: Place, error: Exception):
    left_unfinished(place)
    with pytest.raises(type(error)), place.working():
        raise error
    assert place.partial.exists()


def test_ctrl_c_says_what_is_saved(place: Place):
    left_unfinished(place)
    with pytest.raises(Interrupted) as stop, place.working():
        raise KeyboardInterrupt
    assert stop.value.saved == str(place.partial)
    (place.partial / "checkpoint-00000001").rmdir()
    with pytest.raises(KeyboardInterrupt) as stop, place.working():
        raise KeyboardInterrupt
    assert not isinstance(stop.value, Interrupted)
    assert not place.partial.exists()
