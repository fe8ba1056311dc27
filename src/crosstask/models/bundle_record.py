"""What a bundle says of itself: its `crosstask.json`, and the check of every file against it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Self

from crosstask.disk import exists, readable
from crosstask.errors import BundleError, nearest
from crosstask.models.strict_json import json_text
from crosstask.versions import current_versions

FORMAT_VERSION = 2
MANIFEST = "crosstask.json"
_FETCH_AGAIN = "Copy or make the bundle again."
_CHECKSUM = re.compile(rb'"checksum": "([0-9a-f]{64})"')
_BLANK = "0" * 64
_FOLDERS = ("trunk", "heads", "tasks", "parts")
"""They hold files of the bundle alone; what lies beside them is nobody's business."""


@dataclass(frozen=True)
class BundleRecord:
    """How a bundle came to be, and what was measured.

    `made_by` holds the full configs of the steps that made it, the first first; `data` maps a task to the fingerprints
    of its data; `metrics` maps a task to its measured numbers; `test_reads` lists every reading of a test split.
    """

    made_by: tuple[Mapping[str, Any], ...] = ()
    seeds: tuple[int, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    test_reads: tuple[Mapping[str, Any], ...] = ()
    versions: Mapping[str, str] = field(default_factory=current_versions)

    def with_test_read(self, reading: Mapping[str, Any]) -> Self:
        """The record with one more reading of a test split."""
        return dataclasses.replace(self, test_reads=(*self.test_reads, reading))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of every field."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """The record in the content of a `crosstask.json`."""
        lists = {name: tuple(found[name]) for name in ("made_by", "seeds", "test_reads")}
        return cls(data=found["data"], metrics=found["metrics"], versions=found["versions"], **lists)


def reading_of_test(task: str, data: str, rows: int, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The record of one reading of a test split: which task and data (its fingerprint), when, what came of it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"task": task, "data": data, "time": now, "rows": rows, "metrics": dict(metrics)}


@dataclass(frozen=True)
class Manifest:
    """The content of `crosstask.json`: the record, the tasks in order, and every other file's bytes and sha256.

    `parts` holds the configs of the tunings that own parts of the model, by name.
    """

    record: BundleRecord
    tasks: tuple[str, ...]
    files: Mapping[str, Mapping[str, Any]]
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, folder: Path, record: BundleRecord, tasks: tuple[str, ...], parts: Mapping[str, Mapping[str, Any]]
    ) -> Self:
        """The manifest of the files that lie in `folder`."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / MANIFEST]
        return cls(record, tasks, {path.relative_to(folder).as_posix(): _facts(path) for path in files}, parts)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a bundle; BundleError where it is none, is damaged, or of another format."""
        path = folder / MANIFEST
        if not exists(path):
            raise _no_bundle(folder)
        with _readable(path):
            text = path.read_bytes()
        try:
            found = json.loads(text)
            format_version = found["format_version"]
        except (ValueError, KeyError, TypeError):
            raise _damaged(path) from None
        if format_version != FORMAT_VERSION:
            older = isinstance(format_version, int) and format_version < FORMAT_VERSION
            raise BundleError(
                f"is of format {format_version}, and this crosstask reads format {FORMAT_VERSION}",
                file=path,
                mend="Make the bundle anew." if older else "Update crosstask.",
            )
        if _checksum(text) != found.get("checksum"):
            raise _damaged(path)
        return cls(BundleRecord.from_json(found), tuple(found["tasks"]), found["files"], found.get("parts", {}))

    def text(self) -> str:
        """The text of `crosstask.json`, its own checksum filled in."""
        content = {"format_version": FORMAT_VERSION, "checksum": _BLANK, **self.record.to_json()}
        content |= {"tasks": list(self.tasks), "parts": dict(self.parts), "files": dict(self.files)}
        text = json_text(content, indent=2) + "\n"
        checksum = hashlib.sha256(text.encode()).hexdigest()
        return text.replace(f'"checksum": "{_BLANK}"', f'"checksum": "{checksum}"', 1)

    def check(self, folder: Path) -> None:
        """BundleError that names the first file that is missing, changed, or no part of the bundle."""
        for name, facts in self.files.items():
            path = folder / _inside(name, folder)
            if not exists(path):
                raise BundleError("is missing from the bundle", file=path, mend=_FETCH_AGAIN)
            if _facts(path) != facts:
                raise _damaged(path)
        for path in sorted(path for name in _FOLDERS for path in (folder / name).rglob("*")):
            if path.is_file() and path.relative_to(folder).as_posix() not in self.files:
                raise BundleError("is no part of the bundle", file=path, mend="Remove it.")


def _checksum(text: bytes) -> str:
    """sha256 of the manifest's bytes with its checksum written as 64 zeros."""
    blank = _CHECKSUM.sub(f'"checksum": "{_BLANK}"'.encode(), text, count=1)
    return hashlib.sha256(blank).hexdigest()


def _facts(path: Path) -> dict[str, Any]:
    with _readable(path), path.open("rb") as stream:
        return {"sha256": hashlib.file_digest(stream, "sha256").hexdigest(), "bytes": path.stat().st_size}


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into one line with its mend."""
    try:
        yield
    except OSError as error:
        raise BundleError(
            f"cannot be read ({error.strerror or error})", file=path, mend="Check its permissions."
        ) from None


def _inside(name: str, folder: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise BundleError(f"lists a file outside of the bundle: '{name}'", file=folder / MANIFEST, mend=_FETCH_AGAIN)
    return path


def _no_bundle(folder: Path) -> BundleError:
    if exists(folder) and not readable(folder):
        return BundleError("cannot be read", file=folder, mend="Check its permissions.")
    if exists(folder):
        mend = "Name a folder that crosstask made, such as the --out of finetune."
        return BundleError(f"is no bundle: it has no {MANIFEST}", file=folder, mend=mend)
    near = [path.parent.name for path in folder.parent.glob(f"*/{MANIFEST}")] if exists(folder.parent) else []
    return BundleError("does not exist", file=folder, mend=nearest(folder.name, near))


def _damaged(path: Path) -> BundleError:
    return BundleError("has changed since the bundle was written", file=path, mend=_FETCH_AGAIN)
