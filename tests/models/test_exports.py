"""Every kind's export: transformers alone gives the bundle's outputs, and the card's example the bundle's answers."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_checkpoints import OTHER_LOGITS, POST_NORM, save_decoder
from tiny_kinds import learned
from torch import nn

from crosstask.errors import BundleError
from crosstask.models.bundle import read_bundle, write_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.models.export import export_transformers
from crosstask.models.exports import EXPORTS
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import objective_for
from crosstask.serving.bundle import Bundle, load
from crosstask.tasks.description import describe
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.task import Task

CARD = "---\nlibrary_name: crosstask\n---\n\n# t\n\n## How to use it\n\nso\n\n## Limits\n\nnone\n"
TEXTS = ["a very good film", "the plane was late and the food was awful, not nice", "bad"]
CONTEXT = "the film was very good, and the food was not bad, but the plane is late."

Made = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path, tiny_checkpoint: Path) -> Made:
    """A bundle on disk of one kind, its head of large random weights."""

    def bundle(kind: Kind, checkpoint: Path = tiny_checkpoint, way: Any = None, **fitted: Any) -> Path:
        trunk, objective = load_trunk(checkpoint), objective_for(kind, way)
        head = objective.head(kind, trunk)
        torch.manual_seed(3)
        for weight in head.parameters():
            nn.init.normal_(weight, std=0.7)
        description = {"task": describe(Task("t", kind)), "objective": objective.config(), "fitted": fitted}
        write_bundle(tmp_path / "a", MultiTaskModel(trunk, {"t": head}), {"t": description}, BundleRecord(), CARD)
        return tmp_path / "a"

    return bundle


@pytest.fixture
def exported(made: Made, tmp_path: Path) -> Callable[..., Bundle]:
    """Makes a bundle and exports it to `out`; gives the bundle, ready to be asked."""

    def export(*arguments: Any, **fitted: Any) -> Bundle:
        folder = made(*arguments, **fitted)
        export_transformers(read_bundle(folder), tmp_path / "out")
        return load(folder, device="cpu")

    return export


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Runs the example of the exported card with other texts in the place of its own; the lines it prints."""

    def run(replaced: Mapping[str, str]) -> list[str]:
        card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
        for old, new in replaced.items():
            assert old in code
            code = code.replace(old, new)
        monkeypatch.chdir(tmp_path)
        with contextlib.redirect_stdout(io.StringIO()) as told:
            exec(compile(code, "card", "exec"), {})
        return told.getvalue().splitlines()

    return run


def test_every_kind_has_an_export() -> None:
    assert EXPORTS.names() == KINDS.names()


@pytest.mark.parametrize("thresholds", [{}, {"film": 0.9, "food": 0.1, "plane": 0.5}])
def test_labels_have_the_bundles_probabilities_and_thresholds(
    thresholds: dict[str, float], exported: Callable[..., Bundle], example: Callable[..., list[str]], tmp_path: Path
) -> None:
    from transformers import pipeline

    bundle = exported(learned("multi_label"), temperature=2.0, **({"thresholds": thresholds} if thresholds else {}))
    classify = pipeline("text-classification", model=str(tmp_path / "out"), top_k=None)
    for text, found in zip(TEXTS, bundle.predict(TEXTS), strict=True):
        scores = {one["label"]: one["score"] for one in classify([text])[0]}
        assert scores == pytest.approx(dict(found.probabilities), abs=1e-6)
        assert sorted(line.split()[0] for line in example({"a text": text})) == sorted(found.labels)
    assert classify.model.config.problem_type == "multi_label_classification"


def test_a_score_has_its_own_unit(
    exported: Callable[..., Bundle], example: Callable[..., list[str]], tmp_path: Path
) -> None:
    from transformers import AutoModelForSequenceClassification

    kind = learned("regression").model_copy(update={"mean": 500.0, "spread": 120.0})
    bundle = exported(kind)
    expected = [found.score for found in bundle.predict(TEXTS)]
    assert max(expected) - min(expected) > 1
    assert [float(*example({"a text": text})) for text in TEXTS] == pytest.approx(expected, rel=1e-6)
    assert AutoModelForSequenceClassification.from_pretrained(tmp_path / "out").config.num_labels == 1


@pytest.mark.parametrize("name", ["multi_label", "regression", "classification"])
def test_heads_on_decoders(name: str, exported: Callable[..., Bundle], tiny_decoder: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    bundle = exported(learned(name), tiny_decoder, temperature=2.0)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    with torch.inference_mode():
        outputs = model(**tokenizer(TEXTS, padding=True, return_tensors="pt")).logits
    for row, found in zip(outputs, bundle.predict(TEXTS), strict=True):
        if name == "regression":
            assert float(row[0]) == pytest.approx(found.score, abs=1e-5)
        else:
            probabilities = row.sigmoid() if name == "multi_label" else row.softmax(0)
            assert probabilities.tolist() == pytest.approx([*found.probabilities.values()], abs=1e-5)


def test_the_llm_of_the_shelf_holds_a_classifier(made: Made, tmp_path: Path) -> None:
    folder = made(learned("classification"), _shelf_item("starter:llm"))
    export_transformers(read_bundle(folder), tmp_path / "out")  # compares the outputs


def test_tags_are_the_bundles(exported: Callable[..., Bundle], example: Callable[..., list[str]]) -> None:
    bundle = exported(learned("tagging"))
    texts = [*TEXTS, "film plane film a good the not very bad late", "the plane " * 40]
    for text, found in zip(texts, bundle.predict(texts), strict=True):
        expected = [(span["label"], span["start"], span["end"]) for span in found.spans]
        lines = [line.split() for line in example({"a text": text})]
        assert expected
        if len(text) < 200:  # windows of a long text are put together by other rules
            assert [(label, int(start), int(end)) for label, start, end, _ in lines] == expected
        else:
            assert int(lines[-1][2]) > 380


@pytest.mark.parametrize("kind", [*POST_NORM, "deberta-v2", "mpnet", "albert", "gpt2", "llama"])
@pytest.mark.parametrize("name", ["tagging", "span"])
def test_outputs_of_tokens_are_the_bundles(
    name: str, kind: str, made: Made, checkpoints: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = made(learned(name), checkpoints(kind))
    export_transformers(read_bundle(folder), tmp_path / "out")  # compares the outputs
    assert json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))["model_type"] == kind


@pytest.mark.parametrize("may_lack", [False, True])
def test_answers_are_the_bundles(
    may_lack: bool, exported: Callable[..., Bundle], example: Callable[..., list[str]]
) -> None:
    bundle = exported(KINDS.make({"name": "span", "no_answers": may_lack}))
    contexts = [CONTEXT, "a nice plane.", "it was not very nice", "bad"]
    questions = ["was it good", "is it late", "was the food bad", "a film is not a good film"]
    found = []
    for question, context in zip(questions, contexts, strict=True):
        (expected,) = bundle.predict([{"question": question, "context": context}])
        found.append(expected.answer)
        assert example({"a question": question, "a text that holds its answer": context}) == [expected.answer]
    assert ("" in found) == may_lack


@pytest.mark.parametrize(
    ("way", "chat"), [(None, True), (None, False), ("lm:template=Shorten: {{ source }},max_new_tokens=9", True)]
)
def test_a_language_model_writes_as_the_bundle_does(
    way: str | None, chat: bool, exported: Callable[..., Bundle], example: Callable[..., list[str]], tmp_path: Path
) -> None:
    decoder = save_decoder(tmp_path / "decoder", **({} if chat else {"chat_template": None}))
    bundle = exported(learned("generation"), decoder, way or "lm:max_new_tokens=12")
    (found,) = bundle.predict(["a text"])
    told = "\n".join(example({}))
    assert len(found.text) > 2
    assert re.sub(r"\s+", " ", told).strip() == re.sub(r"\s+", " ", found.text).strip()
    assert (tmp_path / "out" / "chat_template.jinja").exists() == chat
    assert ("```jinja" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")) == (way is not None)


@pytest.mark.parametrize("kind", OTHER_LOGITS)
def test_a_language_model_keeps_what_it_does_with_its_logits(
    kind: str, exported: Callable[..., Bundle], tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    folder = save_decoder(tmp_path / "decoder", kind)
    trunk = exported(learned("generation"), folder, "lm:max_new_tokens=5").model.trunk
    ids = torch.tensor([[40, 41, 42]])
    with torch.inference_mode():
        expected = AutoModelForCausalLM.from_pretrained(folder)(ids).logits[0]
        torch.testing.assert_close(trunk.logits(trunk.encoder(ids).last_hidden_state[0]), expected)
        torch.testing.assert_close(AutoModelForCausalLM.from_pretrained(tmp_path / "out")(ids).logits[0], expected)


def test_beams_and_draws_stand_in_the_generation_config(exported: Callable[..., Bundle], tmp_path: Path) -> None:
    decoder = save_decoder(tmp_path / "decoder")
    exported(learned("generation"), decoder, "lm:temperature=0.7,top_p=0.9,max_new_tokens=5")
    found = json.loads((tmp_path / "out" / "generation_config.json").read_text(encoding="utf-8"))
    assert (found["do_sample"], found["temperature"], found["top_p"], found["top_k"]) == (True, 0.7, 0.9, 0)
    assert (found["max_new_tokens"], found["num_beams"], found["eos_token_id"]) == (5, 1, [2])


@pytest.fixture
def prefixed(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """The tiny checkpoint, trained to see `the: ` before every text."""
    folder = tmp_path / "prefixed"
    shutil.copytree(tiny_checkpoint, folder)
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    config |= {"prefixes": {"text": "the nice "}, "tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def test_the_tokenizer_sets_the_prefix_itself(exported: Callable[..., Bundle], prefixed: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, pipeline

    bundle = exported(learned("classification"), prefixed)
    assert bundle.model.trunk.text.prefix == "the nice "
    classify = pipeline("text-classification", model=str(tmp_path / "out"), top_k=None)
    (found,) = bundle.predict(["a good film"])
    scores = {one["label"]: one["score"] for one in classify(["a good film"])[0]}
    assert scores == pytest.approx(dict(found.probabilities), abs=1e-6)
    read = AutoTokenizer.from_pretrained(tmp_path / "out")("a good film", return_offsets_mapping=True)
    assert read["offset_mapping"][-2] == (7, 11)
    assert load_trunk(tmp_path / "out").text.prefix == ""
    assert "sets `the nice ` before" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_a_prefix_is_no_answer(
    exported: Callable[..., Bundle], example: Callable[..., list[str]], prefixed: Path
) -> None:
    bundle = exported(KINDS.make("span"), prefixed)
    for context in (CONTEXT, "late plane", "it was bad", "good food", "very awful"):
        (expected,) = bundle.predict([{"question": "was it", "context": context}])
        assert example({"a question": "was it", "a text that holds its answer": context}) == [expected.answer]


@pytest.mark.parametrize(("name", "kind"), [("tagging", "modernbert"), ("span", "modernbert")])
def test_other_layers_between_states_and_outputs_are_refused(
    name: str, kind: str, made: Made, checkpoints: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = made(learned(name), checkpoints(kind))
    with pytest.raises(BundleError, match=f"of a '{kind}' trunk cannot hold the head"):
        export_transformers(read_bundle(folder), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_head_without_counterpart_is_refused(made: Made, tiny_decoder: Path, tmp_path: Path) -> None:
    folder = made(learned("classification"), tiny_decoder, "likelihood")
    with pytest.raises(BundleError, match="no counterpart of the head 'answers' of 't'"):
        export_transformers(read_bundle(folder), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _shelf_item(name: str) -> Path:
    from crosstask import shelf
    from crosstask.errors import ShelfError
    from crosstask.ui import Silent

    try:
        return shelf.ensure(name, Silent())
    except ShelfError as error:
        pytest.skip(f"{name} cannot be had: {error}")
