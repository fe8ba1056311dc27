"""The output place of a run: what it meets there, who may write there, and what stays."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors import SafetensorError

from crosstask.errors import InputError, Interrupted, OutputError
from crosstask.runs.place import Place

CHECKPOINT = "checkpoint-00000001"


def key_in(folder: Path) -> str | None:
    """The key of what stands at `folder`, as the results of these tests hold it."""
    result = folder / "crosstask.json"
    return json.loads(result.read_text()).get("key") if result.is_file() else None


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "runs" / "a", "key-a", key_in)


@pytest.fixture
def other(place: Place) -> Place:
    """The place of a run of other options that writes to the same folder."""
    return Place(place.out, "key-b", key_in)


def left_unfinished(place: Place) -> None:
    """What a killed run leaves behind."""
    (place.partial / CHECKPOINT).mkdir(parents=True)
    (place.partial / "run.json").write_text(json.dumps({"key": place.key}))


def done(place: Place, key: str | None = "key-a") -> None:
    place.out.mkdir(parents=True)
    (place.out / "crosstask.json").write_text(json.dumps({"key": key}))


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Nothing in `folder` changes meanwhile."""
    before = snapshot(folder)
    yield
    assert snapshot(folder) == before


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def beside(place: Place) -> list[str]:
    return sorted(path.name for path in place.out.parent.iterdir())


def test_a_free_place_is_made_ready_and_left_as_it_was(place: Place):
    with place.working(overwrite=False) as folder:
        assert folder == place.partial
        assert json.loads((folder / "run.json").read_text()) == {"key": "key-a"}
    assert beside(place) == []


def test_looking_touches_nothing_and_says_what_the_run_would_meet(place: Place, tmp_path: Path):
    assert place.look(overwrite=False) == "free"
    assert not list(tmp_path.iterdir())
    left_unfinished(place)
    with untouched(tmp_path):
        assert place.look(overwrite=False) == "unfinished"
    done(place)
    with untouched(tmp_path):
        assert place.look(overwrite=False) == "done"
        assert place.look(overwrite=True) == "unfinished"
    (place.partial / CHECKPOINT).rmdir()
    with untouched(tmp_path):
        assert place.look(overwrite=True) == "taken"


def test_a_plan_says_what_would_come_of_it(place: Place):
    assert place.plan("free", "the bundle") == f"write the bundle to {place.out}"
    assert "in place of what stands there" in place.plan("taken", "the bundle")
    assert str(place.partial) in place.plan("unfinished", "the bundle")
    assert "done already" in place.plan("done", "the bundle")


def test_an_empty_folder_is_free(place: Place):
    place.out.mkdir(parents=True)
    assert place.look(overwrite=False) == "free"
    with place.working(overwrite=False) as folder:
        assert folder is not None


def test_the_result_of_this_very_run_is_done(place: Place, tmp_path: Path):
    done(place)
    with untouched(tmp_path), place.working(overwrite=False) as folder:
        assert folder is None


def test_the_result_of_this_very_run_is_made_again_when_asked(place: Place):
    done(place)
    with place.working(overwrite=True) as folder:
        assert folder is not None


def test_what_a_killed_replacement_took_away_is_another_result(place: Place, other: Place, tmp_path: Path):
    done(place)
    place.out.replace(place.out.with_name(".a.old"))
    with untouched(tmp_path):
        assert place.look(overwrite=False) == "done"
        with pytest.raises(OutputError, match="holds another result"):
            other.look(overwrite=False)
    with other.working(overwrite=True):
        assert (place.out / "crosstask.json").exists()


def test_threads_are_named_among_what_may_differ(place: Place, other: Place):
    done(place)
    with pytest.raises(OutputError, match="versions or threads"):
        other.look(overwrite=False)


def test_what_this_run_left_after_its_result_was_there_goes(place: Place):
    left_unfinished(place)
    done(place)
    with place.working(overwrite=False) as folder:
        assert folder is None
    assert beside(place) == ["a"]


@pytest.mark.parametrize("key", [None, "key-b"])
def test_anything_else_is_refused_or_overwritten(place: Place, key: str | None):
    done(place, key)
    for enter in (lambda: place.look(overwrite=False), place.working(overwrite=False).__enter__):
        with pytest.raises(OutputError, match=r"holds another result.*--overwrite"):
            enter()
    assert beside(place) == ["a"]
    with place.working(overwrite=True) as folder:
        assert folder is not None
    assert (place.out / "crosstask.json").exists()


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_file_is_refused(place: Place, overwrite: bool):
    place.out.parent.mkdir()
    place.out.write_text("mine")
    with pytest.raises(OutputError, match="is a file"), place.working(overwrite=overwrite):
        pass
    assert place.out.read_text() == "mine"
    assert beside(place) == ["a"]


def test_the_same_run_goes_on_and_another_does_not(place: Place, other: Place):
    left_unfinished(place)
    assert place.look(overwrite=False) == "unfinished"
    with pytest.raises(OutputError, match="holds an unfinished run with other options"):
        other.look(overwrite=False)
    assert (place.partial / CHECKPOINT).exists()
    with other.working(overwrite=True) as folder:
        assert not (folder / CHECKPOINT).exists()
    left_unfinished(place)
    with place.working(overwrite=False) as folder:
        assert (folder / CHECKPOINT).exists()


def test_a_run_that_has_saved_nothing_is_in_nobodys_way(place: Place, other: Place):
    left_unfinished(place)
    (place.partial / CHECKPOINT).rmdir()
    (place.partial / "metrics.jsonl").write_text("{}\n")
    assert other.look(overwrite=False) == "free"
    with other.working(overwrite=False) as folder:
        assert [path.name for path in folder.iterdir()] == ["run.json"]


@pytest.mark.parametrize("content", ["", "[]", '{"kee": 1}', "{"])
def test_a_damaged_key_is_another_runs(place: Place, content: str):
    left_unfinished(place)
    (place.partial / "run.json").write_text(content)
    with pytest.raises(OutputError, match="unfinished run"):
        place.look(overwrite=False)


@pytest.mark.parametrize("name", ["file/a", "x" * 300, "x" * 247])
def test_a_name_that_cannot_be_written_is_one_line(tmp_path: Path, name: str):
    (tmp_path / "file").write_text("")
    place = Place(tmp_path / name, "key", key_in)
    with untouched(tmp_path):
        for enter in (lambda: place.look(overwrite=False), place.working(overwrite=False).__enter__):
            with pytest.raises(OutputError, match="cannot be written") as caught:
                enter()
            assert caught.value.mend == "Choose another --out."


@pytest.mark.skipif(not Path("/proc/self").is_dir() or os.geteuid() != 0, reason="needs a folder that takes no file")
def test_a_place_that_takes_no_file_is_not_called_busy():
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        Place(Path("/proc/a"), "key", key_in).working(overwrite=False).__enter__()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_parent_cannot_be_written(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        Place(tmp_path / "a", "key", key_in).look(overwrite=False)


def test_the_present_folder_is_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with Place(Path(), "key", key_in).working(overwrite=False) as folder:
        assert folder == tmp_path / "here.partial"
        assert folder.is_dir()


def test_work_that_turns_out_impossible_leaves_nothing(place: Place):
    left_unfinished(place)
    with pytest.raises(InputError), place.working(overwrite=False):
        raise InputError("the loss is no number")
    assert beside(place) == []


@contextmanager
def refused_by_the_system(error: OSError | SafetensorError) -> Iterator[None]:
    """Writing a checkpoint fails."""
    try:
        raise error
    except (OSError, SafetensorError):
        raise OutputError("cannot be written", file="checkpoint", mend="Choose another --out.") from None
    yield


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "Free some space and run the same command again."),
        (SafetensorError("No space left on device"), "Free some space and run the same command again."),
        (PermissionError(errno.EACCES, "denied"), "Check its permissions and run the same command again."),
    ],
)
def test_work_that_the_system_ends_is_kept_where_there_is_some(
    place: Place, error: OSError | SafetensorError, mend: str
):
    with pytest.raises(OutputError) as caught, place.working(overwrite=False), refused_by_the_system(error):
        pass
    assert caught.value.mend == "Choose another --out."
    assert beside(place) == []
    left_unfinished(place)
    with pytest.raises(OutputError) as caught, place.working(overwrite=False), refused_by_the_system(error):
        pass
    assert caught.value.message == f"cannot be written; what is done so far is kept in {place.partial}"
    assert (caught.value.file, caught.value.mend) == ("checkpoint", mend)
    assert beside(place) == ["a.partial"]


def test_a_place_that_cannot_be_made_ready_is_left_empty(place: Place, monkeypatch: pytest.MonkeyPatch):
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("crosstask.models.whole_folder.sync", full)
    with pytest.raises(OutputError, match="No space left on device. Free some space"):
        place.working(overwrite=False).__enter__()
    assert beside(place) == []


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("read", ["a", "a/data.csv", "a.partial/data.csv"])
def test_what_a_run_reads_it_does_not_write(place: Place, read: str, overwrite: bool):
    done(place, "key-b")
    place.partial.mkdir()
    reading = replace(place, reads=[place.out.parent / read])
    for enter in (lambda: reading.look(overwrite=overwrite), reading.working(overwrite=overwrite).__enter__):
        with untouched(place.out.parent), pytest.raises(OutputError, match="is read here, and cannot be written too"):
            enter()


@pytest.mark.parametrize("error", [OutputError("holds another result", mend="Leave it."), ZeroDivisionError()])
def test_work_that_can_go_on_is_kept(place: Place, error: Exception):
    left_unfinished(place)
    with pytest.raises(type(error)) as caught, place.working(overwrite=False):
        raise error
    assert caught.value is error
    assert beside(place) == ["a.partial"]


def test_ctrl_c_says_what_is_saved(place: Place):
    left_unfinished(place)
    with pytest.raises(Interrupted) as stop, place.working(overwrite=False):
        raise KeyboardInterrupt
    assert stop.value.saved == str(place.partial)
    (place.partial / CHECKPOINT).rmdir()
    with pytest.raises(KeyboardInterrupt) as stop, place.working(overwrite=False):
        raise KeyboardInterrupt
    assert not isinstance(stop.value, Interrupted)
    assert beside(place) == []


def test_of_two_runs_at_once_the_second_is_refused(place: Place, other: Place):
    with place.working(overwrite=False):
        for late in (place, other):
            with pytest.raises(OutputError, match="another run is at work here. Wait for it"):
                late.working(overwrite=True).__enter__()
        assert place.partial.is_dir()
    with other.working(overwrite=False) as folder:
        assert folder is not None
    assert beside(place) == []


HOLDS = """
import sys, time
from pathlib import Path
from crosstask.runs.place import Place

with Place(Path(sys.argv[1]), "key-a", lambda folder: None).working(overwrite=False):
    print("at work", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_run_is_in_nobodys_way(place: Place):
    command = [sys.executable, "-c", HOLDS, str(place.out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "at work\n"
        with pytest.raises(OutputError, match="another run is at work here"):
            place.working(overwrite=False).__enter__()
        process.send_signal(signal.SIGKILL)
    with place.working(overwrite=False) as folder:
        assert folder is not None
    assert beside(place) == []
