"""Fetching: whole or not at all, once, offline afterwards, and one line with the mend where it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crosstask import shelf
from crosstask.errors import NotFound, ShelfError
from crosstask.shelf.download import _failure
from crosstask.shelf.folder import ShelfFolder
from crosstask.shelf.item import shelf_items
from crosstask.ui import Silent

WHEEL = "tiny_package-1.0-py3-none-any.whl"
Make = Callable[..., Any]
CHILD = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import Tiny
from crosstask import shelf

class Slow(Tiny):
    def convert(self, source, folder):
        with Path(sys.argv[2]).open("a") as made:
            made.write("once\\n")
        time.sleep(float(sys.argv[3]))
        super().convert(source, folder)

shelf.ensure(Slow.model_validate_json(sys.argv[1]))
"""


class Listening(Silent):
    """Keeps the notes and adds up the progress."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.total: float | None = None
        self.advanced = 0.0

    def note(self, text: str) -> None:
        self.notes.append(text)

    @contextmanager
    def progress(self, what: str, total: float | None) -> Iterator[Any]:
        self.total = total
        yield self

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        self.advanced += amount


def left_in_cache() -> list[str]:
    """What lies on the shelf beside the lock."""
    place = Path(os.environ["CROSSTASK_CACHE"]) / "shelf"
    return sorted(path.name for path in place.iterdir() if path.suffix != ".lock")


def test_first_use_says_what_is_fetched_and_shows_progress(make_tiny: Make) -> None:
    ui, tiny = Listening(), make_tiny()
    folder = shelf.ensure(tiny, ui)
    assert (folder / "words.txt").read_text() == "ONE TWO THREE FOUR"
    (note,) = ui.notes
    assert all(part in note for part in ("sample:tiny", "four words", "MB", "CC0", str(folder)))
    assert ui.advanced == ui.total == tiny.size
    assert left_in_cache() == ["sample-tiny"]


def test_later_uses_need_no_pip(make_tiny: Make, wheels: Path) -> None:
    ui, tiny = Listening(), make_tiny()
    folder = shelf.ensure(tiny)
    shutil.rmtree(wheels)
    assert shelf.ensure(tiny, ui) == shelf.fetch(tiny, ui) == folder
    assert ui.notes == []


def test_another_revision_is_made_anew(make_tiny: Make) -> None:
    folder = shelf.ensure(make_tiny())
    (folder / "old.txt").touch()
    shelf.ensure(make_tiny(revision=2))
    assert not (folder / "old.txt").exists()


def test_an_archive_with_another_hash_is_refused(make_tiny: Make) -> None:
    with pytest.raises(ShelfError, match="sha256 differs"):
        shelf.ensure(make_tiny(archives=("0" * 64,)))
    assert left_in_cache() == []


def test_an_inner_file_with_another_hash_is_refused(make_tiny: Make) -> None:
    with pytest.raises(ShelfError, match=r"tiny_package/words.txt in it has another sha256"):
        shelf.ensure(make_tiny(files={"tiny_package/words.txt": "0" * 64}))
    assert left_in_cache() == []


def test_a_missing_inner_file_is_an_error(make_tiny: Make) -> None:
    with pytest.raises(ShelfError, match=r"should be in it is missing\. Run python -m pip cache purge"):
        shelf.ensure(make_tiny(files={"tiny_package/none.txt": "0" * 64}))


def test_an_archive_that_cannot_be_unpacked_is_an_error(make_tiny: Make, wheels: Path) -> None:
    archive = wheels / WHEEL
    archive.write_bytes(archive.read_bytes().replace(b"one two", b"one owt"))
    with pytest.raises(ShelfError, match="damaged: it cannot be unpacked"):
        shelf.ensure(make_tiny())


def test_a_cut_archive_is_an_error(make_tiny: Make, wheels: Path) -> None:
    archive = wheels / WHEEL
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(ShelfError, match="the archive that pip found is damaged"):
        shelf.ensure(make_tiny())


def test_a_package_that_the_index_lacks_is_an_error(make_tiny: Make) -> None:
    with pytest.raises(ShelfError, match=r"index does not have it\. Name an index"):
        shelf.ensure(make_tiny(package="tiny-package==2.0"))


def test_an_index_out_of_reach_is_an_error(make_tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(ShelfError, match=r"cannot reach its package index\. Check the network"):
        shelf.ensure(make_tiny())


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device\n", "the disk is full. Free some space"),
        ("/usr/bin/python: No module named pip\n", "this Python has no pip. Install it"),
        (
            "ERROR: No matching distribution found\n× pip subprocess to install build dependencies did not run",
            "lacks what pip opens a source archive with. Name an index that has setuptools",
        ),
        ("Collecting\nERROR: Something new\n[notice] upgrade\n", "pip says: Something new. Mend that"),
        ("", "pip says: it said nothing"),
    ],
)
def test_what_pip_says_becomes_one_line(make_tiny: Make, log: str, line: str) -> None:
    assert line in str(_failure(make_tiny(), log))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_nothing_behind(make_tiny: Make) -> None:
    class Full(type(make_tiny())):  # type: ignore[misc]
        def convert(self, source: Path, folder: Path) -> None:
            (folder / "words.txt").write_text("half", encoding="utf-8")
            Path("/dev/full").write_text("more", encoding="utf-8")

    with pytest.raises(ShelfError, match=r"the disk is full\. Free some space"):
        shelf.ensure(make_tiny(Full))
    assert left_in_cache() == []


def test_a_cache_that_cannot_be_written_is_an_error(
    make_tiny: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path / "file"))
    with pytest.raises(ShelfError, match=r"cannot be written: .*CROSSTASK_CACHE"):
        shelf.ensure(make_tiny())


def test_damage_is_found_and_mended(make_tiny: Make) -> None:
    tiny = make_tiny()
    file = shelf.ensure(tiny) / "words.txt"
    file.write_text("ONE TWO THREE FIVE", encoding="utf-8")
    shelf.ensure(tiny)  # sizes alone are looked at
    with pytest.raises(ShelfError, match=r"is not as it was written.*Run crosstask fetch sample:tiny --force\."):
        shelf.verify(tiny)
    file.write_text("ONE", encoding="utf-8")
    with pytest.raises(ShelfError, match="is not as it was written"):
        shelf.ensure(tiny)
    file.unlink()
    with pytest.raises(ShelfError, match="is missing"):
        shelf.ensure(tiny)
    shelf.fetch(tiny, force=True)
    shelf.verify(tiny)


def test_a_damaged_manifest_is_found_and_mended(make_tiny: Make) -> None:
    tiny = make_tiny()
    manifest = shelf.ensure(tiny) / "shelf.json"
    for content in (
        "{",
        "[]",
        manifest.read_text(encoding="utf-8").replace("words.txt", "w").replace("bytes", "bites"),
    ):
        manifest.write_text(content, encoding="utf-8")
        with pytest.raises(ShelfError, match=r"shelf.json: cannot be read.*--force\."):
            shelf.ensure(tiny)
    shelf.fetch(tiny, force=True)
    shelf.verify(tiny)


def test_what_is_not_fetched_cannot_be_verified(make_tiny: Make) -> None:
    with pytest.raises(ShelfError, match=r"not fetched yet\. Run crosstask fetch sample:tiny\."):
        shelf.verify(make_tiny())


def start(tiny: Any, made: Path, pause: float) -> subprocess.Popen[bytes]:
    """A process that fetches `tiny`, writes a line to `made` as it converts, and then pauses for so many seconds."""
    return subprocess.Popen([sys.executable, "-c", CHILD, tiny.model_dump_json(), str(made), str(pause)])


def test_of_several_processes_one_fetches(make_tiny: Make, tmp_path: Path) -> None:
    processes = [start(make_tiny(), tmp_path / "made", 0.3) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert (tmp_path / "made").read_text() == "once\n"
    assert left_in_cache() == ["sample-tiny"]


def test_what_a_killed_fetch_left_is_cleaned_up(make_tiny: Make, tmp_path: Path) -> None:
    made = tmp_path / "made"
    process = start(make_tiny(), made, 600)
    while process.poll() is None and not made.exists():
        time.sleep(0.02)
    process.kill()
    process.wait()
    (left,) = left_in_cache()
    assert left.startswith(".sample-tiny-")
    shelf.ensure(make_tiny())
    assert left_in_cache() == ["sample-tiny"]


def test_what_a_killed_fetch_took_away_is_put_back(make_tiny: Make, wheels: Path) -> None:
    folder = shelf.ensure(make_tiny())
    folder.replace(folder.with_name(f".{folder.name}.old"))
    tiny = make_tiny()
    shutil.rmtree(wheels)
    assert shelf.ensure(tiny) == folder
    assert left_in_cache() == ["sample-tiny"]


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"'startr'\. Did you mean starter"):
        shelf.ensure("startr")


def test_the_listing_tells_the_state_of_each(make_tiny: Make) -> None:
    assert {row.item.name: row.state for row in shelf.status()} == {item.name: "not fetched" for item in shelf_items()}
    assert [row.item.name for row in shelf.status(["starter:english"])] == ["starter"]
    tiny = ShelfFolder(make_tiny())
    shelf.ensure(tiny.item)
    assert tiny.state() == "fetched"
    (tiny.path / "words.txt").unlink()
    assert tiny.state() == "damaged"


def test_the_wheel_of_a_named_platform_is_taken_everywhere(make_tiny: Make, wheels: Path) -> None:
    tiny = make_tiny(platform="win_amd64")
    (wheels / WHEEL).rename(wheels / "tiny_package-1.0-py3-none-win_amd64.whl")
    assert (shelf.ensure(tiny) / "words.txt").read_text() == "ONE TWO THREE FOUR"
