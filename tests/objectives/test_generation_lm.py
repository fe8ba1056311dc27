"""Generation by a language model: what is learned, what is cut, and what is written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_checkpoints import OTHER_LOGITS, save_decoder

from crosstask.errors import ConfigError, InputError
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.trunk import Trunk
from crosstask.models.tuning import TUNINGS
from crosstask.objectives import Outputs, objective_for
from crosstask.objectives.generation_lm import GenerationLm
from crosstask.tasks.kinds.generation import Generation
from crosstask.tasks.mixture import Mixture
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from crosstask.training.padding_gate import check_padding
from crosstask.training.phase import Phase
from tiny_training import CPU, FAST

KIND = Generation()
CHAT = Generation(source=None, messages="messages", output="messages")
PAIRS = [("one", "eins"), ("two cats", "zwei Katzen"), ("a good day", "一个好日子"), ("no", "nein")]
ROWS = [Example({"source": source}, (target,), row) for row, (source, target) in enumerate(PAIRS, start=1)]


@pytest.fixture
def trunk(tiny_decoder: Path) -> Trunk:
    return load_trunk(tiny_decoder)


def lesson(objective: GenerationLm, trunk: Trunk, rows: list[Example] = ROWS, kind: Generation = KIND) -> Lesson:
    return Lesson.of_examples(Task("t", kind, {TRAIN: Split(rows)}), rows, objective, trunk.text)


def model(trunk: Trunk) -> MultiTaskModel:
    return MultiTaskModel(trunk, {"t": GenerationLm().head(KIND, trunk)}).eval()


def read(trunk: Trunk, ids: Any) -> str:
    return trunk.text.tokenizer.decode(ids)


def test_new_tokens_leave_room_for_a_prompt(trunk: Trunk) -> None:
    most = trunk.text.tokenizer.model_max_length
    assert GenerationLm(max_new_tokens=most - 1).head(KIND, trunk)
    with pytest.raises(ConfigError, match=rf"reads {most:,} tokens in all") as error:
        GenerationLm(max_new_tokens=most).head(KIND, trunk)
    assert error.value.field == "max_new_tokens"


def test_the_way_is_called_lm() -> None:
    assert objective_for(KIND, "lm:max_new_tokens=9,beams=2") == GenerationLm(max_new_tokens=9, beams=2)


@pytest.mark.parametrize(
    ("kind", "side"), [("llama", "left"), ("llama", "right"), *((kind, "right") for kind in OTHER_LOGITS)]
)
@torch.inference_mode()
def test_the_loss_is_that_of_transformers_on_the_answer_alone(kind: str, side: str, tmp_path: Path) -> None:
    trunk = load_trunk(save_decoder(tmp_path, kind))
    trunk.text = replace(trunk.text, padding_side=side)
    objective = GenerationLm()
    made = lesson(objective, trunk)
    batch = made.batch(range(len(ROWS)))
    loss = objective.loss(model(trunk)("t", batch.tokens), batch)

    tokenizer, expected, count = trunk.text.tokenizer, 0.0, 0
    for source, target in PAIRS:
        turns = [{"role": "user", "content": source}]
        prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)
        whole = torch.tensor(
            [prompt + tokenizer(target, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]]
        )
        labels = whole.clone()
        labels[:, : len(prompt)] = -100
        answered = whole.shape[1] - len(prompt)
        expected += float(trunk.whole(whole, labels=labels).loss) * answered
        count += answered
    assert float(loss) == pytest.approx(expected, rel=1e-4)
    assert float(batch.weights.sum()) == count


def test_prompts_are_the_same_with_and_without_an_answer(trunk: Trunk) -> None:
    objective = GenerationLm(max_new_tokens=5)
    asked = [Example(row.inputs, None, row.row) for row in ROWS]
    told, unknown = (outputs(model(trunk), lesson(objective, trunk, rows), CPU) for rows in (ROWS, asked))
    assert [values.tolist() for values in told.values] == [values.tolist() for values in unknown.values]
    assert objective.decode(KIND, told, {}) == objective.decode(KIND, unknown, {})


def test_the_gate_for_padding_reads_the_logits(trunk: Trunk) -> None:
    check_padding(model(trunk), lesson(GenerationLm(), trunk), CPU)


def test_a_template_makes_the_turn_of_the_user(trunk: Trunk) -> None:
    (features, *_) = GenerationLm(template="Say {{ source }} in German.").encode(KIND, ROWS, trunk.text)
    assert "<|im_start|>user\nSay one in German.<|im_end|>\n<|im_start|>assistant\neins" in read(
        trunk, features.encoding.ids
    )
    with pytest.raises(ConfigError, match="names 'text', which is no field"):
        GenerationLm(template="{{ text }}").encode(KIND, ROWS, trunk.text)
    with pytest.raises(ConfigError, match="cannot be filled"):
        GenerationLm(template="{{ source")


def test_without_a_chat_template_the_text_and_a_line_end_are_the_prompt(tmp_path: Path) -> None:
    trunk = load_trunk(save_decoder(tmp_path, chat_template=None))
    (features, *_) = GenerationLm().encode(KIND, ROWS, trunk.text)
    assert read(trunk, features.encoding.ids) == "<s>one\neins"
    assert read(trunk, features.target) == "eins<|im_end|>"


def test_a_dialogue_is_read_with_all_its_turns(trunk: Trunk) -> None:
    turns = ({"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"})
    (features,) = GenerationLm().encode(CHAT, [Example({"messages": turns}, ("hi",), 1)], trunk.text)
    assert read(trunk, features.encoding.ids).startswith(
        "<|im_start|>system\nbe kind<|im_end|>\n<|im_start|>user\nhello"
    )


def long_rows(answer: int = 3) -> list[Example]:
    return [Example({"source": "good words " * 40}, ("a" * answer,), 1), *ROWS]


@pytest.mark.parametrize("template", [None, "Shorten it:\n{{ source }}\nNow:"])
def test_a_long_text_loses_its_end_and_keeps_the_template(template: str | None, trunk: Trunk) -> None:
    objective = GenerationLm(max_new_tokens=40, template=template)
    made = lesson(objective, trunk, long_rows())
    ids = made.features[0].encoding.ids
    written = read(trunk, ids)
    assert len(ids) - 3 <= 256 - 40 < len(ids) + 3
    assert (template or "").partition("{{")[0] + "good words good" in written
    assert written.endswith(f"{'Now:' if template else ''}<|im_end|>\n<|im_start|>assistant\naaa")
    assert made.cuts[0] > 200
    assert made.cuts[1:] == [0] * len(ROWS)
    assert "20.0% of the rows are cut to 256 tokens" in str(made.truncation())


def test_who_cuts_before_the_checkpoint_must_is_told_so(tiny_decoder: Path) -> None:
    short, whole = (
        lesson(GenerationLm(), load_trunk(tiny_decoder, max_length=length), long_rows()) for length in (200, None)
    )
    assert str(short.truncation()).endswith("at most); the model can read 256")
    assert str(whole.truncation()).endswith("at most)")


def test_a_long_answer_is_cut_after_the_prompt(trunk: Trunk) -> None:
    objective = GenerationLm(max_new_tokens=40)
    made = lesson(objective, trunk, long_rows(answer=300))
    assert len(made.features[0].encoding.ids) == 256
    assert set(read(trunk, made.features[0].target)) == {"a"}


def test_an_end_token_within_an_answer_is_refused_with_its_row_and_field(trunk: Trunk) -> None:
    rows = [*ROWS, Example({"source": "what ends a turn?"}, ("It is <|im_end|> in ChatML.",), 5)]
    with pytest.raises(InputError, match=re.escape("holds '<|im_end|>', the token that ends")) as error:
        GenerationLm().encode(Generation(output="summary"), rows, trunk.text)
    assert (error.value.row, error.value.field) == (5, "summary")
    assert error.value.mend


def test_a_text_is_finished_where_decoding_stops(tmp_path: Path) -> None:
    trunk = load_trunk(save_decoder(tmp_path, eos_token_id=[2, 70]))
    asked, ids = lesson(GenerationLm(), trunk, ROWS[:2]), [np.array([80, 70]), np.array([80, 3])]
    found = Outputs(asked.examples, asked.features, ids, trunk.text)
    told = [(record["text"], record["finished"]) for record in GenerationLm().decode(KIND, found, {})]
    assert told == [(read(trunk, [80]), True), (read(trunk, [80]), False)]


def test_a_dialogue_too_long_loses_its_oldest_turns(trunk: Trunk) -> None:
    ask, tell = {"role": "user", "content": "old " * 20}, {"role": "assistant", "content": "yes " * 20}
    asked = Example({"messages": (ask, tell, {"role": "user", "content": "new"})}, None, 4)
    (features,) = GenerationLm(max_new_tokens=99).encode(CHAT, [asked], trunk.text)
    assert read(trunk, features.encoding.ids) == "<|im_start|>user\nnew<|im_end|>\n<|im_start|>assistant\n"
    assert features.encoding.length > len(features.encoding.ids)


def test_a_template_longer_than_the_context_is_refused_with_its_row(trunk: Trunk) -> None:
    objective = GenerationLm(template="no " * 100 + "{{ source }}")
    with pytest.raises(InputError, match="longer than 128 tokens without the text") as error:
        objective.encode(KIND, ROWS, trunk.text)
    assert error.value.row == 1


def test_an_encoder_writes_no_text(tiny_checkpoint: Path) -> None:
    with pytest.raises(ConfigError, match="is no language model") as error:
        GenerationLm().head(KIND, load_trunk(tiny_checkpoint))
    assert (error.value.field, error.value.mend) == ("model", "Name a decoder such as starter:llm.")


def trained(trunk: Trunk, objective: GenerationLm, steps: int = 60) -> MultiTaskModel:
    task = Task("t", KIND, {TRAIN: Split(ROWS)})
    made = Lesson.of(task, TRAIN, objective, trunk.text)
    learner = model(trunk)
    phase = Phase(
        steps=steps,
        mixture=Mixture([task]),
        lessons={"t": made},
        tuning=TUNINGS.make("full"),
        rates=FAST,
        batch_size=4,
    )
    for _ in Training(learner, [phase], CPU):
        pass
    return learner.eval()


def test_what_is_learned_is_written_and_streamed(trunk: Trunk) -> None:
    objective = GenerationLm(max_new_tokens=30)
    learner = trained(trunk, objective)
    found = outputs(learner, lesson(objective, trunk), CPU)
    records = objective.decode(KIND, found, {})
    assert [record["text"] for record in records] == [target for _, target in PAIRS]
    assert all(record["finished"] for record in records)
    assert {interval.value for interval in KIND.score(records, ROWS).metrics.values()} == {1.0}
    assert ["".join(objective.stream(KIND, row, trunk)) for row in ROWS] == [target for _, target in PAIRS]
    short = GenerationLm(max_new_tokens=2)
    record = short.decode(KIND, outputs(learner, lesson(short, trunk), CPU), {})[0]
    assert record == {"text": "ei", "finished": False}


def test_token_ids_survive_the_way_of_outputs(trunk: Trunk) -> None:
    found = outputs(model(trunk), lesson(GenerationLm(max_new_tokens=9), trunk), CPU)
    assert all(values.dtype == np.float32 and (values == values.round()).all() for values in found.values)
