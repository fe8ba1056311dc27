"""Export of low-rank updates: merged into the weights, or kept for peft."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_kinds import learned
from torch import nn

from crosstask.errors import BundleError
from crosstask.models.bundle import read_bundle, write_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.models.export import export_transformers
from crosstask.models.export_mark import is_export_of
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.tuning.lora import Lora
from crosstask.objectives import objective_for
from crosstask.serving.bundle import load
from crosstask.tasks.description import describe
from crosstask.tasks.task import Task

PEFTS_OWN = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
CARD = "---\nlibrary_name: crosstask\n---\n# t\n\n## How to use it\n\nso\n\n## More\n"
IDS = torch.tensor([[0, 40, 41, 42]])


@pytest.fixture
def bundle(tiny_decoder: Path, tmp_path: Path) -> Callable[..., Path]:
    """A bundle of a decoder, with low-rank updates that are not zero."""

    def made(name: str = "generation", way: str | None = "lm:max_new_tokens=8", *, adapted: bool = True) -> Path:
        trunk, kind = load_trunk(tiny_decoder), learned(name)
        objective = objective_for(kind, way)
        model = MultiTaskModel(trunk, {"t": objective.head(kind, trunk)}).eval()
        if adapted:
            tuning = Lora(r=2, targets="all")
            tuning.attach(model)
            torch.manual_seed(4)
            for value in tuning.parts(model).values():
                nn.init.normal_(value, std=0.2)
        description = {"task": describe(Task("t", kind)), "objective": objective.config(), "fitted": {}}
        write_bundle(tmp_path / "a", model, {"t": description}, BundleRecord(), CARD)
        return tmp_path / "a"

    return made


@torch.inference_mode()
def logits_of(model: nn.Module) -> torch.Tensor:
    return model(IDS).logits


def test_merged_it_opens_as_a_plain_language_model(bundle: Callable[..., Path], tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    contents = read_bundle(bundle())
    expected = logits_of(contents.model.trunk.whole)
    export_transformers(contents, tmp_path / "out")
    assert set(contents.model.attached) == {"lora"}
    found = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    torch.testing.assert_close(logits_of(found), expected, atol=1e-5, rtol=1e-4)
    assert AutoTokenizer.from_pretrained(tmp_path / "out").chat_template
    assert is_export_of(read_bundle(tmp_path / "a"), tmp_path / "out")
    assert not is_export_of(read_bundle(tmp_path / "a"), tmp_path / "out", adapters="kept")


@PEFTS_OWN
def test_kept_it_opens_on_the_bundles_trunk(
    bundle: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    folder = bundle()
    contents = read_bundle(folder)
    export_transformers(contents, tmp_path / "out", adapters="kept")
    found = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder / "trunk"), tmp_path / "out")
    torch.testing.assert_close(logits_of(found), logits_of(contents.model.trunk.whole), atol=1e-5, rtol=1e-4)
    assert not (tmp_path / "out" / "model.safetensors").exists()
    assert is_export_of(read_bundle(folder), tmp_path / "out", adapters="kept")

    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "library_name: peft" in card
    (example,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    told: list[Any] = []
    exec(example.replace("BUNDLE/", "a/"), {"print": told.append})
    (expected,) = load(folder, device="cpu").predict(["a text"])
    assert [text.strip() for text in told] == [expected.text]


@PEFTS_OWN
def test_kept_it_draws_as_the_merged_weights_do(
    bundle: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = read_bundle(bundle("generation", "lm:temperature=0.7,top_p=0.9,max_new_tokens=5"))
    export_transformers(contents, tmp_path / "kept", adapters="kept")
    export_transformers(contents, tmp_path / "merged")
    (example,) = re.findall(
        r"```python\n(.*?)```", (tmp_path / "kept" / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"print": lambda _: None}
    exec(example.replace("BUNDLE/", "a/"), names)
    saved = json.loads((tmp_path / "merged" / "generation_config.json").read_text(encoding="utf-8"))
    assert names["settings"]["top_k"] == 0
    assert names["settings"] == {name: saved[name] for name in names["settings"]}


@PEFTS_OWN
def test_the_verb_keeps_them_apart(
    bundle: Callable[..., Path], run_cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle()
    monkeypatch.chdir(tmp_path)
    kept = run_cli("export", "a", "--out", "kept", "--adapters", "kept", "--json")
    assert (kept.code, kept.record) == (0, {"format": "transformers", "out": "kept"})
    assert json.loads((tmp_path / "kept" / "adapter_config.json").read_text(encoding="utf-8"))["r"] == 2
    again = run_cli("export", "a", "--out", "kept", "--adapters", "kept")
    assert "kept is done already" in again.stderr
    assert run_cli("export", "a", "--out", "kept", "--json").record["error"]["kind"] == "output"


@pytest.mark.parametrize("name", ["classification", "regression", "tagging"])
def test_heads_of_their_own_go_with_the_merged_weights(name: str, bundle: Callable[..., Path], tmp_path: Path) -> None:
    export_transformers(read_bundle(bundle(name, None)), tmp_path / "out")  # compares the outputs


@pytest.mark.parametrize(
    ("arguments", "adapted", "says"),
    [
        (("generation",), False, "the bundle has no low-rank updates to keep apart"),
        (("classification", None), True, "peft's format has no place for the head"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_run_and_plan(
    arguments: tuple[Any, ...],
    adapted: bool,
    says: str,
    bundle: Callable[..., Path],
    run_cli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = bundle(*arguments, adapted=adapted)
    with pytest.raises(BundleError, match=says):
        export_transformers(read_bundle(folder), tmp_path / "out", adapters="kept")
    monkeypatch.chdir(tmp_path)
    plan = run_cli("export", "a", "--out", "out", "--adapters", "kept", "--dry-run", "--json")
    assert says in plan.record["error"]["message"]
    assert not (tmp_path / "out").exists()
