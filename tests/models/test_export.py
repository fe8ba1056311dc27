"""Export: transformers alone gives the bundle's outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_checkpoints import POST_NORM

from crosstask.errors import BundleError, OutputError
from crosstask.models.bundle import BundleContents, read_bundle, write_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.models.export import export_transformers
from crosstask.models.export_mark import is_export_of
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.trunk import Trunk
from crosstask.models.tuning.lora import Lora
from crosstask.steps.export import Export
from crosstask.ui import Silent

TEXTS = ["a good film", "it was not very good and I hated this", "bad", "one two three " * 20]
CARD = """---
library_name: crosstask
---

# t

## How to use it

```python
bundle = crosstask.load("path/to/this/folder")
```

## How it was made

By hand.
"""


@pytest.fixture
def contents(tiny_model: Callable[..., MultiTaskModel]) -> Callable[..., BundleContents]:
    def made(
        kind: str = "bert", pooling: str = "mean", labels: int = 3, temperature: float = 1.0, **columns: str
    ) -> BundleContents:
        return _contents(tiny_model(kind, pooling, labels), labels, temperature, **columns)

    return made


@pytest.mark.parametrize("pooling", ["mean", "cls", "attention"])
@pytest.mark.parametrize("kind", POST_NORM)
def test_logits_are_the_bundles(
    kind: str, pooling: str, contents: Callable[..., BundleContents], tmp_path: Path
) -> None:
    own = contents(kind, pooling)
    export_transformers(own, tmp_path / "out")
    expected = _logits(own.model, TEXTS)
    assert expected.std(0).max() > 0.01
    torch.testing.assert_close(_exported(tmp_path / "out", TEXTS), expected, atol=2e-6, rtol=1e-6)


def test_softmax_gives_the_calibrated_probabilities(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents(temperature=2.5)
    export_transformers(own, tmp_path / "out")
    torch.testing.assert_close(
        _exported(tmp_path / "out", TEXTS), _logits(own.model, TEXTS) / 2.5, atol=2e-6, rtol=1e-6
    )


@pytest.mark.parametrize("pooling", ["mean", "cls", "attention"])
def test_the_starters_logits_are_the_bundles(pooling: str, starter: Path, tmp_path: Path) -> None:
    trunk = load_trunk(starter)
    torch.manual_seed(0)
    head = ClassifierHead(trunk.width, 3, pooling)
    for weight in head.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    own = _contents(MultiTaskModel(trunk, {"t": head}).eval(), 3)
    export_transformers(own, tmp_path / "out")
    texts = ["A wonderful film!", "The flight was four hours late, and nobody told us why.", "no " * 700]
    torch.testing.assert_close(_exported(tmp_path / "out", texts), _logits(own.model, texts), atol=2e-6, rtol=1e-6)


def test_half_precision_holds_it_too(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents("bert", "attention")
    export_transformers(own, tmp_path / "out")
    exported = _exported(tmp_path / "out", TEXTS, dtype=torch.float16)
    torch.testing.assert_close(exported.float(), _logits(own.model, TEXTS), atol=0.03, rtol=0.01)


def test_a_pipeline_answers_with_label_names(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    from transformers import pipeline

    own = contents()
    export_transformers(own, tmp_path / "out")
    classify = pipeline("text-classification", model=str(tmp_path / "out"), top_k=None)
    found = {answer["label"]: answer["score"] for answer in classify("a good film")[0]}
    expected = _logits(own.model, ["a good film"]).softmax(1)[0].tolist()
    assert found == pytest.approx(dict(zip(["label 0", "label 1", "label 2"], expected, strict=True)), abs=1e-6)


def test_texts_are_cut_where_the_bundle_cuts_them(
    contents: Callable[..., BundleContents], tiny_trunk: Callable[..., Trunk], tmp_path: Path
) -> None:
    own = contents()
    short = MultiTaskModel(tiny_trunk(max_length=12), {"t": own.model.head("t")}).eval()
    export_transformers(replace(own, model=short), tmp_path / "out")
    torch.testing.assert_close(_exported(tmp_path / "out", TEXTS), _logits(short, TEXTS), atol=2e-6, rtol=1e-6)


@pytest.mark.parametrize(("columns", "count"), [({}, 1), ({"text_pair": "other"}, 2)])
def test_the_example_of_the_card_runs_whatever_the_length(
    contents: Callable[..., BundleContents], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: dict, count: int
) -> None:
    own = contents(**columns)
    export_transformers(own, tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "library_name: transformers" in card
    assert "crosstask.load" not in card
    (example,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    answers: list[Any] = []
    exec(example.replace("a text", "a good film " * 30), {"print": answers.append})
    rows = [("a good film " * 30, "its other")[:count]]
    text = own.model.trunk.text
    with torch.inference_mode():
        expected = own.model("t", text.pad(text.encode(rows))).softmax(1).max()
    (answer,) = answers[0] if isinstance(answers[0], list) else answers  # one text gives a list, a pair does not
    assert answer["score"] == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "modernbert"}, "of a 'modernbert' trunk cannot hold the head"),
        ({"kind": "distilbert", "labels": 17}, "holds 16 labels, and there are 17"),
    ],
)
def test_what_cannot_be_written_is_refused(
    options: dict[str, Any], message: str, contents: Callable[..., BundleContents], tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match=message):
        export_transformers(contents(**options), tmp_path / "out")
    assert not any(tmp_path.iterdir())


def test_any_number_of_labels_fits_behind_tanh(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents("roberta", labels=60)
    export_transformers(own, tmp_path / "out")
    torch.testing.assert_close(_exported(tmp_path / "out", TEXTS), _logits(own.model, TEXTS), atol=2e-6, rtol=1e-6)


def test_two_heads_are_refused(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents()
    two = MultiTaskModel(own.model.trunk, {"t": own.model.head("t"), "u": own.model.head("t")})
    with pytest.raises(BundleError, match="has 2 heads: t, u"):
        export_transformers(replace(own, model=two, tasks={**own.tasks, "u": own.tasks["t"]}), tmp_path / "out")


@pytest.mark.parametrize(
    ("kind", "pooling", "factor"),
    [("bert", "mean", "native_layers._GAIN"), ("llama", "last", "native_decoders._CENTRED")],
)
def test_outputs_that_would_differ_are_never_written(
    kind: str,
    pooling: str,
    factor: str,
    contents: Callable[..., BundleContents],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"crosstask.models.{factor}", 2.0**-7)
    with pytest.raises(BundleError, match="would differ"):
        export_transformers(contents(kind, pooling), tmp_path / "out")
    assert not any(tmp_path.iterdir())


def test_a_tokenizer_that_would_read_other_tokens_is_never_written(
    contents: Callable[..., BundleContents], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosstask.models.export.exported_outputs", lambda *_: torch.zeros(1, 9))
    with pytest.raises(BundleError, match="the exported tokenizer would read other tokens"):
        export_transformers(contents("bert", "mean"), tmp_path / "out")
    assert not any(tmp_path.iterdir())


def test_the_verb_exports_a_bundle(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents()
    write_bundle(tmp_path / "a", own.model, own.tasks, own.record, own.card)
    result = Export(bundle=tmp_path / "a", out=tmp_path / "b").run(Silent())
    assert result.record == {"format": "transformers", "out": str(tmp_path / "b")}
    expected = _logits(read_bundle(tmp_path / "a").model, TEXTS)
    torch.testing.assert_close(_exported(tmp_path / "b", TEXTS), expected, atol=2e-6, rtol=1e-6)


def test_asked_again_it_is_done_and_another_bundle_is_refused(
    contents: Callable[..., BundleContents],
    run_cli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, own in (("a", contents()), ("b", contents(temperature=2.0))):
        write_bundle(tmp_path / name, own.model, own.tasks, own.record, own.card)
    first = run_cli("export", "a", "--out", "out", "--json")
    before = (tmp_path / "out" / "model.safetensors").stat()
    again = run_cli("export", "a", "--out", "out", "--json")
    assert (again.code, again.record) == (0, first.record) == (0, {"format": "transformers", "out": "out"})
    assert "out is done already" in again.stderr
    assert (tmp_path / "out" / "model.safetensors").stat() == before
    other = run_cli("export", "b", "--out", "out", "--json")
    assert (other.code, other.record["error"]["file"]) == (2, "out")
    assert "--overwrite" in other.record["error"]["mend"]
    assert run_cli("export", "b", "--out", "out", "--overwrite").code == 0


def test_only_an_export_is_overwritten(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents()
    export_transformers(own, tmp_path / "out")
    mark = json.loads((tmp_path / "out" / "crosstask_export.json").read_text(encoding="utf-8"))
    assert set(mark) == {"crosstask", "bundle", "adapters"}
    with pytest.raises(OutputError, match="holds another result"):
        export_transformers(own, tmp_path / "out")
    export_transformers(contents(labels=2), tmp_path / "out", overwrite=True)
    other = json.loads((tmp_path / "out" / "crosstask_export.json").read_text(encoding="utf-8"))
    assert other["bundle"] != mark["bundle"]
    (tmp_path / "out" / "crosstask_export.json").unlink()
    assert (tmp_path / "out" / "config.json").exists()
    with pytest.raises(OutputError, match="that crosstask did not write"):
        export_transformers(own, tmp_path / "out", overwrite=True)


def _contents(model: MultiTaskModel, labels: int, temperature: float = 1.0, **columns: str) -> BundleContents:
    kind = {"name": "classification", "labels": [f"label {number}" for number in range(labels)], **columns}
    description = {"task": {"name": "t", "kind": kind}, "objective": {}, "fitted": {"temperature": temperature}}
    return BundleContents(model, {"t": description}, BundleRecord(), CARD)


@torch.inference_mode()
def _logits(model: MultiTaskModel, texts: list[str]) -> torch.Tensor:
    return model("t", model.trunk.text.pad(model.trunk.text.encode([(text,) for text in texts])))


@torch.inference_mode()
def _exported(folder: Path, texts: list[str], dtype: torch.dtype = torch.float32) -> torch.Tensor:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=dtype)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return model(**tokenizer(texts, padding=True, truncation=True, return_tensors="pt")).logits


def test_low_rank_updates_are_folded_in(contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents()
    updated(own.model)
    expected = _logits(own.model, TEXTS)
    write_bundle(tmp_path / "a", own.model, own.tasks, own.record, own.card)
    read = read_bundle(tmp_path / "a")
    export_transformers(read, tmp_path / "out")
    torch.testing.assert_close(_exported(tmp_path / "out", TEXTS), expected, atol=1e-5, rtol=1e-5)
    assert is_export_of(read_bundle(tmp_path / "a"), tmp_path / "out")


@pytest.mark.parametrize(("kind", "pooling", "other"), [("bert", "last", "mean"), ("llama", "mean", "last")])
def test_a_pooling_of_other_tokens_is_refused(
    kind: str, pooling: str, other: str, contents: Callable[..., BundleContents], tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match=f"of a '{kind}' trunk cannot pool as the head does") as refused:
        export_transformers(contents(kind, pooling), tmp_path / "out")
    assert refused.value.mend == f"Train with --objective head:pooling={other}."


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_decoders_logits_are_the_bundles(side: str, contents: Callable[..., BundleContents], tmp_path: Path) -> None:
    own = contents("llama", "last", temperature=0.5)
    own.model.trunk.text.tokenizer.padding_side = side
    export_transformers(own, tmp_path / "out")
    expected = _logits(own.model, TEXTS) / 0.5
    torch.testing.assert_close(_exported(tmp_path / "out", TEXTS), expected, atol=1e-5, rtol=1e-5)


def updated(model: MultiTaskModel) -> None:
    """Low-rank updates as if they had trained."""
    tuning = Lora(r=2, targets="all")
    tuning.attach(model)
    torch.manual_seed(3)
    for value in tuning.parts(model).values():
        torch.nn.init.normal_(value, std=0.2)
