"""What lies on the disk is where it is said to be, and has one writer at a time."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crosstask.disk import check_writable, locked, put_back, standing, swap
from crosstask.errors import OutputError


class Busy(Exception):
    """Another holds the lock."""


def refuse() -> None:
    raise Busy


def test_a_lock_is_one_holders_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.lock"
    for _ in range(2):
        with locked(file):
            with pytest.raises(Busy), locked(file, busy=refuse):
                pass
            assert file.exists()
        assert not list(tmp_path.iterdir())


def test_a_lock_is_let_go_where_the_work_fails(tmp_path: Path) -> None:
    file = tmp_path / "a.lock"
    with pytest.raises(ZeroDivisionError), locked(file):
        raise ZeroDivisionError
    with locked(file, busy=refuse):
        assert file.exists()


def test_a_lock_file_that_was_left_behind_holds_nobody_up(tmp_path: Path) -> None:
    file = tmp_path / "a.lock"
    file.touch()
    with locked(file, busy=refuse):
        pass
    assert not file.exists()


def test_those_who_wait_come_one_at_a_time(tmp_path: Path) -> None:
    """Each adds one to a number in a file; none of them is lost, though the lock's file goes and comes."""
    number, start = tmp_path / "number", threading.Barrier(4)
    number.write_text("0")

    def add(_: int) -> None:
        start.wait()
        for _ in range(5):
            with locked(tmp_path / "a.lock"):
                number.write_text(str(int(number.read_text()) + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    assert number.read_text() == "20"
    assert [path.name for path in tmp_path.iterdir()] == ["number"]


def test_a_lock_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"), locked(tmp_path / "file" / "a.lock"):
        pass


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder where nobody can make a file")
def test_a_lock_that_times_out_for_another_reason_tells_it() -> None:
    with pytest.raises(OSError, match="No such file|denied"), locked(Path("/proc/a.lock"), busy=refuse):
        pass


def test_what_a_killed_swap_took_stands_beside_until_it_is_put_back(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "text").write_text("old")
    assert standing(folder) == folder
    folder.replace(tmp_path / ".a.old")
    assert (standing(folder) / "text").read_text() == "old"
    assert not folder.exists()
    put_back(folder)
    assert standing(folder) == folder
    assert (folder / "text").read_text() == "old"


def test_a_swapped_folder_stands_where_it_should(tmp_path: Path) -> None:
    for name in ("a", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "text").write_text(name)
    swap(tmp_path / "new", tmp_path / "a")
    (tmp_path / ".a.old").mkdir()
    assert standing(tmp_path / "a") == tmp_path / "a"
    assert (tmp_path / "a" / "text").read_text() == "new"


def test_folders_that_are_missing_can_be_made_and_below_a_file_they_cannot(tmp_path: Path) -> None:
    check_writable(tmp_path / "some" / "where" / "a")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot be written: .*file is no folder. Choose another --out"):
        check_writable(tmp_path / "file" / "some" / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_nothing_can_be_made_in_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="is read-only"):
        check_writable(tmp_path / "a")
