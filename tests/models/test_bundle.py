"""The bundle on disk: whole or not at all, bit for bit, and every damage found."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosstask.errors import BundleError, ConfigError, OutputError
from crosstask.models import whole_folder as whole_folder_module
from crosstask.models.bundle import (
    BundleContents,
    is_bundle,
    read_bundle,
    read_record,
    update_record,
    write_bundle,
)
from crosstask.models.bundle_record import BundleRecord
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.trunk import Trunk

RECORD = BundleRecord(
    made_by=({"name": "finetune", "model": "starter", "seed": 3},),
    seeds=(3,),
    data={"a.b": "f" * 64},
    metrics={"a.b": {"validation": {"accuracy": {"value": 0.5, "low": 0.4, "high": 0.6}}}},
)
CARD = "---\nlibrary_name: crosstask\n---\n# 影评\n"
TASKS = ("a.b", "../影评")


def describe(name: str, labels: int) -> dict[str, Any]:
    kind = {"name": "classification", "labels": [f"label {at}" for at in range(labels)]}
    return {
        "task": {"name": name, "kind": kind},
        "objective": {"name": "classification_head"},
        "fitted": {"temperature": 1.5},
    }


def make(trunk: Trunk, folder: Path) -> MultiTaskModel:
    torch.manual_seed(5)
    model = MultiTaskModel(trunk, {name: ClassifierHead(32, 2 + at, "attention") for at, name in enumerate(TASKS)})
    write_bundle(folder, model, {name: describe(name, 2 + at) for at, name in enumerate(TASKS)}, RECORD, CARD)
    return model.eval()


@pytest.fixture(scope="session")
def bundle(checkpoints: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of two heads, not to be changed."""
    folder = tmp_path_factory.mktemp("bundles") / "a"
    make(load_trunk(checkpoints("bert")), folder)
    return folder


@pytest.fixture
def damaged(bundle: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_it_comes_back_bit_for_bit(tiny_trunk: Callable[..., Trunk], tmp_path: Path) -> None:
    model = make(tiny_trunk(), tmp_path / "a")
    found = read_bundle(tmp_path / "a")
    assert found.model.tasks == TASKS == tuple(found.tasks)
    assert found.record == RECORD
    assert found.card == CARD
    assert found.tasks["a.b"] == {**describe("a.b", 2), "head": model.head("a.b").config, "max_length": 40}
    assert found.model.trunk.text.max_length == 40
    one, other = model.state_dict(), found.model.state_dict()
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    tokens = found.model.trunk.text.pad(found.model.trunk.text.encode([("a good film",), ("bad",)]))
    assert torch.equal(model(TASKS[1], tokens), found.model(TASKS[1], tokens))


def test_it_cuts_where_its_training_did_and_the_next_one_may_choose(
    tiny_trunk: Callable[..., Trunk], tmp_path: Path
) -> None:
    make(tiny_trunk(max_length=16), tmp_path / "a")

    def cut_at(**length: Any) -> int:
        return read_bundle(tmp_path / "a", **length).model.trunk.text.max_length

    assert (cut_at(), cut_at(max_length=None), cut_at(max_length=32)) == (16, 40, 32)
    with pytest.raises(ConfigError, match="cannot read 41 tokens"):
        cut_at(max_length=41)
    assert load_trunk(tmp_path / "a").text.max_length == 40


def test_written_again_it_is_the_same_file_for_file(bundle: Path, tmp_path: Path) -> None:
    found = read_bundle(bundle)
    found.model.trunk.text.encode([("a " * 99,)])  # leaves its truncation in the tokenizer
    write_bundle(tmp_path / "b", found.model, found.tasks, found.record, found.card)
    assert files(tmp_path / "b") == files(bundle)
    for name in files(bundle):
        assert (tmp_path / "b" / name).read_bytes() == (bundle / name).read_bytes(), name


def test_it_is_laid_out_as_documented(bundle: Path) -> None:
    found = files(bundle)
    assert {name for name in found if not name.startswith("trunk/")} == {
        "README.md",
        "crosstask.json",
        "heads/a%2Eb.safetensors",
        "heads/%2E%2E%2F%E5%BD%B1%E8%AF%84.safetensors",
        "tasks/a%2Eb.json",
        "tasks/%2E%2E%2F%E5%BD%B1%E8%AF%84.json",
    }
    assert {"trunk/config.json", "trunk/model.safetensors", "trunk/tokenizer.json"} <= set(found)
    from transformers import AutoModel, AutoTokenizer

    AutoTokenizer.from_pretrained(bundle / "trunk")
    AutoModel.from_pretrained(bundle / "trunk")


def test_its_trunk_is_a_model(bundle: Path) -> None:
    assert load_trunk(bundle).content_hash == read_bundle(bundle).model.trunk.content_hash


def test_a_flipped_byte_in_any_file_is_found(damaged: Path) -> None:
    for name in files(damaged):
        path = damaged / name
        whole = path.read_bytes()
        for at in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            error = refused(damaged)
            assert (Path(str(error.file)), bool(error.mend)) == (path, True)
        path.write_bytes(whole)
    read_bundle(damaged)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_flipped_byte_anywhere_in_the_manifest_is_found(damaged: Path, place: float, change: int) -> None:
    path = damaged / "crosstask.json"
    whole = bytearray(path.read_bytes())
    whole[int(place * len(whole))] ^= change
    original = path.read_bytes()
    path.write_bytes(whole)
    try:
        assert refused(damaged).file == str(path)
    finally:
        path.write_bytes(original)


def test_a_missing_file_is_named(damaged: Path) -> None:
    for name in files(damaged):
        whole = (damaged / name).read_bytes()
        (damaged / name).unlink()
        if name != "crosstask.json":
            assert (refused(damaged).message, refused(damaged).file) == (
                "is missing from the bundle",
                str(damaged / name),
            )
        (damaged / name).write_bytes(whole)


def test_a_file_that_does_not_belong_is_named(damaged: Path) -> None:
    (damaged / "notes").mkdir()
    for note in ("notes.txt", "notes/more.txt"):
        (damaged / note).write_text("beside the bundle's folders anything may lie")
    read_bundle(damaged)
    for name in ("trunk/pytorch_model.bin", "heads/a.safetensors", "tasks/a.json", "parts/lora.safetensors"):
        (damaged / name).parent.mkdir(exist_ok=True)
        (damaged / name).write_bytes(b"no part of it")
        assert refused(damaged).file == str(damaged / name)
        (damaged / name).unlink()


@pytest.mark.parametrize(("other", "mend"), [(1, "Make the bundle anew."), (3, "Update crosstask.")])
def test_another_format_is_refused(other: int, mend: str, damaged: Path) -> None:
    path = damaged / "crosstask.json"
    path.write_text(path.read_text().replace('"format_version": 2', f'"format_version": {other}'))
    assert refused(damaged).mend == mend


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a\\b", "c:x"])
def test_a_manifest_that_points_outside_is_refused(name: str, damaged: Path) -> None:
    manifest = whole_manifest(damaged)
    manifest["files"][name] = {"sha256": "0" * 64, "bytes": 1}
    seal(damaged, manifest)
    assert "outside of the bundle" in refused(damaged).message


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    assert not is_bundle(tmp_path)
    assert not is_bundle("starter")
    with pytest.raises(BundleError, match="is no bundle"):
        read_bundle(tmp_path)


def test_a_name_that_is_not_there_is_answered_with_the_bundles_beside_it(damaged: Path) -> None:
    with pytest.raises(BundleError, match="does not exist. Did you mean") as caught:
        read_bundle(damaged.with_name(f"{damaged.name}s"))
    assert damaged.name in str(caught.value.mend)


def test_a_reading_of_the_test_split_is_recorded(damaged: Path) -> None:
    reading = {"task": "a.b", "split": "test", "rows": 600}
    update_record(damaged, read_record(damaged).with_test_read(reading))
    found = read_bundle(damaged)
    assert found.record.test_reads == (reading,)
    assert found.record.made_by == RECORD.made_by


def test_a_taken_place_is_left_alone(bundle: Path, tmp_path: Path) -> None:
    contents = read_bundle(bundle)
    rewrite(contents, tmp_path / "b")
    with pytest.raises(OutputError, match=r"holds another result.*--overwrite"):
        rewrite(contents, tmp_path / "b")
    rewrite(contents, tmp_path / "b", overwrite=True)
    read_bundle(tmp_path / "b")


def test_a_taken_place_is_named_as_it_was_given(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rewrite(read_bundle(bundle), Path("b"))
    with pytest.raises(OutputError) as caught:
        rewrite(read_bundle(bundle), Path("b"))
    assert caught.value.file == "b"


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_crosstask_did_not_write_is_never_overwritten(bundle: Path, tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "a.txt").write_text("mine")
    with pytest.raises(OutputError, match="that crosstask did not write"):
        rewrite(read_bundle(bundle), tmp_path, overwrite=overwrite)
    with pytest.raises(OutputError, match="is a file"):
        rewrite(read_bundle(bundle), tmp_path / "a.txt", overwrite=overwrite)
    assert files(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_is_written_into_a_bundle(damaged: Path, tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "link").symlink_to(damaged)
    for place in (damaged / "mine", damaged / "trunk" / "mine", tmp_path / "link" / "mine"):
        with pytest.raises(OutputError, match=r"lies in the bundle .*\. Choose an --out outside of it\."):
            rewrite(read_bundle(damaged), place, overwrite=overwrite)
    read_bundle(damaged)


@pytest.mark.parametrize("out", ["read", "read/new", ".", "link", "link/new"])
def test_what_is_read_is_not_written(tmp_path: Path, out: str) -> None:
    (tmp_path / "read").mkdir()
    (tmp_path / "link").symlink_to("read")
    for reads in (tmp_path / "read", tmp_path / "link"):
        with pytest.raises(OutputError, match="is read here, and cannot be written too"):
            whole_folder_module.check_apart(tmp_path / out, [tmp_path / "other", reads])
    whole_folder_module.check_apart(tmp_path / "reader", [tmp_path / "read"])


def test_links_in_a_ring_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to("ring")
    with pytest.raises(OutputError, match="cannot be written: Too many levels"):
        whole_folder_module.check_apart(tmp_path / "ring")


@pytest.mark.parametrize(("number", "mend"), [(28, "Free some space."), (5, "Check its permissions.")])
def test_a_file_that_cannot_be_replaced_stays(
    number: int, mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_folder_module.replace_file(tmp_path / "a", "old")

    def fail(_: Path) -> None:
        raise OSError(number, "the reason")

    monkeypatch.setattr(whole_folder_module, "sync", fail)
    with pytest.raises(OutputError, match="cannot be written: the reason") as caught:
        whole_folder_module.replace_file(tmp_path / "a", "new")
    assert caught.value.mend == mend
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "old")]


def test_a_failure_leaves_nothing_new(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = read_bundle(bundle)
    rewrite(contents, tmp_path / "out")
    before = files(tmp_path)

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_folder_module, "sync_tree", full)
    with pytest.raises(OutputError, match="No space left on device"):
        rewrite(contents, tmp_path / "out", overwrite=True)
    with pytest.raises(OutputError):
        rewrite(contents, tmp_path / "new")
    assert files(tmp_path) == before


def test_killed_in_the_middle_the_place_stays_free(bundle: Path, tmp_path: Path) -> None:
    script = f"""
import os, signal
from crosstask.models import bundle
bundle.Manifest.of = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
found = bundle.read_bundle({str(bundle)!r})
bundle.write_bundle(bundle.Path({str(tmp_path / "out")!r}), found.model, found.tasks, found.record, found.card)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not (tmp_path / "out").exists()
    assert files(tmp_path)  # the writer was on its way
    rewrite(read_bundle(bundle), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


DIES_IN_BETWEEN = """
import os, pathlib, signal, sys
from crosstask.models.whole_folder import whole_folder

folder, replace = pathlib.Path(sys.argv[1]), pathlib.Path.replace
pathlib.Path.replace = lambda self, to: os.kill(os.getpid(), signal.SIGKILL) if to == folder else replace(self, to)
with whole_folder(folder, overwrite=True) as place:
    (place / "crosstask.json").write_text("new")
"""


@pytest.fixture
def half_replaced(tmp_path: Path) -> Path:
    """A result whose replacement was killed between its two moves."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "crosstask.json").write_text("old")
    ended = subprocess.run([sys.executable, "-c", DIES_IN_BETWEEN, folder], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not folder.exists()
    return folder


def test_killed_between_the_moves_the_old_one_is_put_back(half_replaced: Path) -> None:
    with pytest.raises(OutputError, match="holds another result"), whole_folder_module.whole_folder(half_replaced):
        pass
    assert (half_replaced / "crosstask.json").read_text() == "old"
    assert not half_replaced.with_name(".out.old").exists()


def test_killed_between_the_moves_the_next_one_replaces_it(half_replaced: Path) -> None:
    with whole_folder_module.whole_folder(half_replaced, overwrite=True) as place:
        (place / "crosstask.json").write_text("newer")
    assert [path.name for path in half_replaced.parent.iterdir()] == ["out"]
    assert (half_replaced / "crosstask.json").read_text() == "newer"


@pytest.mark.parametrize("failing", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_move_that_fails_or_is_interrupted_loses_nothing(
    failing: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, replace = tmp_path / "out", Path.replace
    with whole_folder_module.whole_folder(folder) as place:
        (place / "crosstask.json").write_text("old")

    def fail(self: Path, to: Path) -> Path:
        if self.name == ".out.partial":
            raise failing
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", fail)
    with (
        pytest.raises((OutputError, KeyboardInterrupt)),
        whole_folder_module.whole_folder(folder, overwrite=True) as place,
    ):
        (place / "crosstask.json").write_text("new")
    assert files(tmp_path) == ["out/crosstask.json"]
    assert (folder / "crosstask.json").read_text() == "old"


def rewrite(contents: BundleContents, folder: Path, *, overwrite: bool = False) -> None:
    write_bundle(folder, contents.model, contents.tasks, contents.record, contents.card, overwrite=overwrite)


def refused(folder: Path) -> BundleError:
    with pytest.raises(BundleError) as caught:
        read_bundle(folder)
    return caught.value


def whole_manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "crosstask.json").read_text(encoding="utf-8"))


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with a checksum that fits, from the description in docs/bundle.md alone."""
    import hashlib

    manifest["checksum"] = "0" * 64
    text = json.dumps(manifest)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    (folder / "crosstask.json").write_text(text.replace("0" * 64, checksum, 1))


def test_the_journal_of_the_training_is_part_of_it(bundle: Path, tmp_path: Path) -> None:
    found = read_bundle(bundle)
    rows = [{"step": 1, "loss": 0.5}, {"step": 2, "accuracy": 1.0}]
    write_bundle(tmp_path / "b", found.model, found.tasks, found.record, found.card, journal=rows)
    lines = (tmp_path / "b" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == rows
    (tmp_path / "b" / "metrics.jsonl").write_text("{}\n", encoding="utf-8")
    assert refused(tmp_path / "b").file == str(tmp_path / "b" / "metrics.jsonl")
