"""Pinned archives by way of the user's own pip, so that its settings and mirrors apply."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from crosstask.errors import ShelfError
from crosstask.shelf.item import ShelfItem
from crosstask.ui import Ui

_PIP = ("-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input", "--progress-bar", "off")
_CAUSES = {
    r"No space left on device|Disk quota exceeded": ("the disk is full", "Free some space and fetch again."),
    r"DO NOT MATCH THE HASHES": (
        "the archive that pip found is not the one pinned: its sha256 differs",
        "Fetch again; if it stays so, the index or mirror that pip uses serves a changed file.",
    ),
    r"Wheel .* is invalid|BadZipFile": (
        "the archive that pip found is damaged",
        "Run python -m pip cache purge and fetch again.",
    ),
    r"(NewConnection|NameResolution|ConnectTimeout|ReadTimeout|Proxy|SSL|Connection(Reset|Refused)?)Error": (
        "pip cannot reach its package index",
        "Check the network, or name a mirror with pip config set global.index-url URL.",
    ),
    r"install build dependencies did not run": (
        "pip's package index lacks what pip opens a source archive with",
        "Name an index that has setuptools, wheel and packaging, or put them beside the archive.",
    ),
    r"from versions: none|No matching distribution": (
        "pip's package index does not have it",
        "Name an index that does with pip config set global.index-url URL.",
    ),
    r"No module named pip": ("this Python has no pip", "Install it with python -m ensurepip."),
}


def download(item: ShelfItem, place: Path, ui: Ui) -> Path:
    """The archive of `item`, downloaded below `place`; pip checks its sha256."""
    archives, scratch = place / "archives", place / "scratch"
    scratch.mkdir()
    requirement = place / "requirement.txt"
    hashes = [f"--hash=sha256:{digest}" for digest in item.archives]
    requirement.write_text(" ".join([item.package, *hashes]), encoding="utf-8")
    wheel = ["--platform", item.platform, "--only-binary", ":all:"] if item.platform else []
    _run_pip(item, [*wheel, "-r", str(requirement), "-d", str(archives)], scratch, ui)
    (archive,) = archives.iterdir()
    return archive


def _run_pip(item: ShelfItem, arguments: list[str], scratch: Path, ui: Ui) -> None:
    """Run pip with `scratch` as its folder for temporary files, whose growth is the progress."""
    log = scratch.parent / "pip.log"
    temporary = {name: str(scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    with log.open("wb") as output, ui.progress(f"fetching {item.package}", item.size) as bar:
        process = subprocess.Popen(
            [sys.executable, *_PIP, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **temporary},
        )
        for amount in _growth(process, scratch.parent, item.size):
            bar.advance(amount)
    if process.returncode:
        raise _failure(item, log.read_text(encoding="utf-8", errors="replace"))


def _growth(process: subprocess.Popen[bytes], folder: Path, most: int) -> Iterator[int]:
    """Bytes that came into `folder` since the last look, until the process ends; nobody looking any more kills it."""
    seen = 0
    try:
        while process.poll() is None:
            if (now := min(most, _size(folder))) > seen:
                yield now - seen
                seen = now
            _wait(process)
        if process.returncode == 0 and most > seen:
            yield most - seen
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], seconds: float = 0.2) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # pip moved it while we looked
                total += (Path(place) / name).stat().st_size
    return total


def _failure(item: ShelfItem, log: str) -> ShelfError:
    """The cause in pip's log that a person can act on, or else pip's last word."""
    what = f"{item.name} ({item.package}) could not be fetched"
    for pattern, (cause, mend) in _CAUSES.items():
        if re.search(pattern, log):
            return ShelfError(f"{what}: {cause}", mend=mend)
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith("[notice]")]
    errors = [line for line in lines if line.startswith("ERROR: ")] or lines or ["it said nothing"]
    return ShelfError(f"{what}: pip says: {errors[-1].removeprefix('ERROR: ')}", mend="Mend that and fetch again.")
