"""Taking files out of an archive: by name or by pattern, from a wheel or a source archive, each checked."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crosstask.errors import ShelfError
from crosstask.shelf.archive import unpack

WANTED = {"a/1.txt": b"one", "b/2.txt": b"two"}
FILES = {
    "package/words.txt": b"some words",
    **{f"package/data/{name}": content for name, content in reversed(WANTED.items())},
    "package/data/a/1.csv": b"another kind",
    "package/data/a/deep/1.txt": b"too deep",
    "package/data/0.txt": b"not deep enough",
    "other/package/data/a/1.txt": b"elsewhere",
}
SHA256SUM = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in WANTED.items())
PINS = {
    "package/data/*/*.txt": hashlib.sha256(SHA256SUM.encode()).hexdigest(),
    "package/words.txt": hashlib.sha256(b"some words").hexdigest(),
}
Make = Callable[..., Any]


def wheel(folder: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "a.whl", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "a.whl"


def source_archive(folder: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(folder / "a.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return folder / "a.tar.gz"


@pytest.mark.parametrize("pack", [wheel, source_archive])
def test_a_name_and_a_pattern_find_their_files(tmp_path: Path, make_tiny: Make, pack: Any) -> None:
    folder = tmp_path / "source"
    unpack(make_tiny(files=PINS), pack(tmp_path, FILES), folder)
    found = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert found == {**WANTED, "words.txt": b"some words"}


@pytest.mark.parametrize("change", [{"a/1.txt": b"owt"}, {"c/3.txt": b"three"}], ids=["changed", "added"])
def test_a_pattern_stands_for_the_pinned_files_alone(tmp_path: Path, make_tiny: Make, change: dict[str, bytes]) -> None:
    files = {**FILES, **{f"package/data/{name}": content for name, content in change.items()}}
    with pytest.raises(ShelfError, match=r"package/data/\*/\*.txt in it has another sha256"):
        unpack(make_tiny(files=PINS), wheel(tmp_path, files), tmp_path / "source")


def test_a_pattern_that_finds_nothing_is_an_error(tmp_path: Path, make_tiny: Make) -> None:
    with pytest.raises(ShelfError, match="a file that should be in it is missing"):
        unpack(make_tiny(files=PINS), source_archive(tmp_path, {"package/words.txt": b"some words"}), tmp_path)


@pytest.mark.parametrize("size", [0, 10, 200])
def test_a_cut_source_archive_is_an_error(tmp_path: Path, make_tiny: Make, size: int) -> None:
    archive = source_archive(tmp_path, FILES)
    archive.write_bytes(archive.read_bytes()[:size])
    with pytest.raises(ShelfError, match="damaged: it cannot be unpacked"):
        unpack(make_tiny(files=PINS), archive, tmp_path / "source")
