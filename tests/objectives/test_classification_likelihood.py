"""Classification by the likelihood of label words: prompts, scores, calibration, and training through it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from tiny_checkpoints import OTHER_LOGITS, save_decoder, word_tokenizer

from crosstask.errors import ConfigError, InputError
from crosstask.models.answer_paths import AnswerPaths
from crosstask.models.likelihood import AnswerScorer
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import Outputs, objective_for
from crosstask.objectives.classification_likelihood import ClassificationLikelihood
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Example, Task
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from tiny_training import CPU, toy_model, toy_phase, toy_task

KIND = Classification(labels=("bad", "good", "go"))
EXAMPLES = [
    Example({"text": "a film"}, "good", 1),
    Example({"text": "it was late, and I did not like the food"}, "bad", 2),
    Example({"text": "I"}, None, 3),
    Example({"text": "the film was bad"}, "go", 4),
]
Ids = some.lists(some.integers(0, 3), min_size=1, max_size=4).map(tuple)


@pytest.fixture(params=["llama", "gpt2", *OTHER_LOGITS])
def trunk(request: pytest.FixtureRequest, tmp_path: Path):
    return load_trunk(save_decoder(tmp_path / request.param, request.param))


@pytest.fixture
def llama(tiny_decoder: Path):
    return load_trunk(tiny_decoder)


@torch.inference_mode()
def plainly(trunk, prompt: list[int], answer: list[int]) -> float:
    """The log-likelihood of an answer by one whole pass of the checkpoint's own model."""
    ids = torch.tensor([[*prompt, *answer]])
    scores = trunk.whole(ids).logits[0].log_softmax(-1)
    return float(sum(scores[len(prompt) + place - 1, token] for place, token in enumerate(answer)))


def lesson_of(trunk, examples=EXAMPLES, **options) -> tuple[MultiTaskModel, Lesson]:
    objective = ClassificationLikelihood(**options)
    model = MultiTaskModel(trunk, {"t": objective.head(KIND, trunk)}).eval()
    return model, Lesson.of_examples(Task("t", KIND), examples, objective, trunk.text)


@given(some.lists(Ids, min_size=1, max_size=5, unique=True))
def test_every_token_of_every_answer_is_read_off_the_state_before_it(answers):
    paths = AnswerPaths(tuple(answers))
    sequences, wanted = paths.sequences([9, 9]), paths.wanted()
    read = [
        tuple(ids[2 : len(ids) - count + place + 1])
        for ids, count in zip(sequences, wanted, strict=True)
        for place in range(count)
    ]
    assert len(read) == paths.states
    for answer in answers:
        assert [read[place] for place in paths._way(answer)] == [answer[:end] for end in range(len(answer))]


def test_likelihoods_are_those_of_a_plain_loop(trunk):
    model, lesson = lesson_of(trunk)
    prompts = [[*row.target.prompt] for row in lesson.features]
    expected = [[plainly(trunk, prompt, answer) for answer in model.head("t").paths.answers] for prompt in prompts]
    for micro_tokens in (8192, 300, 1):
        found = outputs(model, lesson, CPU, micro_tokens).mean()
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_training_sees_what_is_asked_later(trunk):
    model, lesson = lesson_of(trunk)
    batch = lesson.batch([0, 1, 2, 3])
    with torch.inference_mode():
        torch.testing.assert_close(
            model("t", batch.tokens), torch.from_numpy(outputs(model, lesson, CPU).mean()), atol=1e-4, rtol=1e-4
        )
    assert batch.targets.tolist() == [1, 0, -100, 2]


def test_what_prompts_share_is_read_once(llama):
    _, lesson = lesson_of(llama)
    prompts = [row.target.prompt for row in lesson.features]
    shared = next(place for place in range(99) if len({row[place] for row in prompts}) > 1)
    read = []
    watch = lambda encoder, args, given: read.append(tuple(given["input_ids"].shape))  # noqa: E731
    llama.encoder.register_forward_pre_hook(watch, with_kwargs=True)
    scorer = AnswerScorer(llama, AnswerPaths(((5,), (6,))))
    scorer(prompts[:2])
    scorer(prompts[2:])
    lengths = [len(row) - shared for row in prompts]
    assert read == [(1, shared), (2, max(lengths[:2])), (2, max(lengths[2:]))]


def test_a_prompt_is_asked_once_and_learned_with_every_answer(llama):
    model, lesson = lesson_of(llama)
    paths, prompts = model.head("t").paths, [row.target.prompt for row in lesson.features]
    assert [*map(len, paths.branches)] == [2, 3]  # "ba", "goo"
    assert lesson.asked_lengths.tolist() == [len(prompt) + 5 for prompt in prompts]
    assert lesson.lengths.tolist() == [2 * (len(prompt) + 3) for prompt in prompts]
    assert lesson.longest == max(map(len, prompts)) + 3
    read = []
    watch = lambda encoder, args, given: read.append(len(given["input_ids"]))  # noqa: E731
    llama.encoder.register_forward_pre_hook(watch, with_kwargs=True)
    outputs(model, lesson, CPU, 4 * int(lesson.asked_lengths.max()))
    assert read == [1, 4, 4, 4]  # what prompts share, the prompts, two branches


def test_prompts_with_nothing_in_common_can_be_asked(llama):
    scorer = AnswerScorer(llama, AnswerPaths(((5, 6), (7,))))
    for prompts in ([[8, 9, 10], [8, 9]], [[11]], [[12, 13]]):
        expected = [[plainly(llama, prompt, answer) for answer in ([5, 6], [7])] for prompt in prompts]
        np.testing.assert_allclose(scorer(prompts).detach(), expected, atol=1e-4)


def test_the_prompt_goes_through_the_chat_template(llama):
    _, lesson = lesson_of(llama, template="Is '{{ text }}' {{ labels }}?", words={"go": "went"})
    text = llama.text.tokenizer.decode(lesson.features[0].target.prompt)
    assert text == "<|im_start|>user\nIs 'a film' bad, good, went?<|im_end|>\n<|im_start|>assistant\n"


def test_without_a_chat_template_words_follow_a_space(tmp_path: Path):
    trunk = load_trunk(save_decoder(tmp_path, chat_template=None))
    model, lesson = lesson_of(trunk)
    decode = trunk.text.tokenizer.decode
    assert decode(lesson.features[0].target.prompt).endswith("Text: a film\nLabel:")
    assert [decode(answer) for answer in model.head("t").paths.answers] == [" bad", " good", " go"]
    model, _ = lesson_of(trunk, template="{{ text }}\n")
    assert [decode(answer) for answer in model.head("t").paths.answers] == ["bad", "good", "go"]


def test_a_pair_has_both_texts_in_its_prompt(llama):
    kind = Classification(text="a", text_pair="b", labels=("no", "yes"))
    (row,) = ClassificationLikelihood().encode(kind, [Example({"text": "one", "text_pair": "two"})], llama.text)
    assert "Text: one\nSecond text: two<" in llama.text.tokenizer.decode(row.target.prompt)


def test_a_long_text_loses_its_end_and_says_so(llama):
    _, lesson = lesson_of(llama, [Example({"text": "word " * 100}, "good", 1)])
    (row,) = lesson.features
    longest = row.target.paths.longest
    assert llama.text.max_length - 20 < len(row.target.prompt) + longest <= llama.text.max_length
    assert llama.text.tokenizer.decode(row.target.prompt).endswith("assistant\n")
    assert lesson.cuts[0] > 200


@pytest.mark.parametrize("lengths", [(150, 90), (150, 120), (400, 400)])
def test_of_two_long_texts_both_stay_in_the_prompt(lengths, llama):
    kind = Classification(text="a", text_pair="b", labels=("no", "yes"))
    texts = {"text": "x" * lengths[0], "text_pair": "y" * lengths[1]}
    objective = ClassificationLikelihood(template="{{ text }}\n{{ text_pair }}" + " so" * 30)
    (row,) = objective.encode(kind, [Example(texts, None, 1)], llama.text)
    kept = llama.text.tokenizer.decode(row.target.prompt)
    assert kept.count("x") == kept.count("y") > 40
    assert llama.text.max_length - 3 < len(row.target.prompt) + row.target.paths.longest <= llama.text.max_length


def test_unknown_tokens_are_counted_among_those_of_the_prompts(tmp_path: Path):
    folder = save_decoder(tmp_path, chat_template=None)
    word_tokenizer("llama").save_pretrained(folder)
    _, lesson = lesson_of(load_trunk(folder), [Example({"text": "zzz " * 20}, "good", 1)])
    assert re.search(r"t: 89% of the tokens are unknown to the model", lesson.unknown())


def test_words_come_as_json_on_the_command_line():
    objective = objective_for(KIND, 'likelihood:words={"bad": "awful, bad", "good": "fine"},calibration=none')
    assert objective.words == {"bad": "awful, bad", "good": "fine"}
    assert objective_for(KIND, objective.config()) == objective


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"words": {"goood": "x"}}, ConfigError, "no label 'goood'"),
        ({"words": {"good": "bad"}}, ConfigError, "the words of the label 'bad' stand for another one too"),
        ({"words": {"good": " "}}, ConfigError, "'good' has no words"),
        ({"template": "{{ txt }}"}, ConfigError, "names 'txt', which is no field"),
        ({"template": "{{ text"}, ConfigError, "cannot be filled"),
        ({"words": "good=fine"}, ConfigError, "words"),
        ({"template": "word " * 60 + "{{ text }}"}, InputError, "longer than"),
    ],
)
def test_what_cannot_be_asked_is_refused(options, error, message, llama):
    with pytest.raises(error, match=message) as found:
        lesson_of(llama, **options)
    assert found.value.mend


def test_an_encoder_is_refused(tiny_checkpoint: Path):
    with pytest.raises(ConfigError, match="no LM head"):
        ClassificationLikelihood().head(KIND, load_trunk(tiny_checkpoint))


def test_calibration_makes_labels_alike_over_unlabelled_texts(llama):
    model, lesson = lesson_of(llama)
    asked = []

    def ask(count: int) -> Outputs:
        asked.append(count)
        return outputs(model, lesson, CPU)

    raw = ask(0).mean()
    assert np.ptp(raw.mean(0)) > 0.1
    lesson.objective.prepare(model, "t", ask)
    calibrated = outputs(model, lesson, CPU).mean()
    np.testing.assert_allclose(calibrated.mean(0), calibrated.mean(), atol=1e-4)
    np.testing.assert_allclose(calibrated - calibrated.mean(1, keepdims=True), _centred(raw), atol=1e-4)
    lesson.objective.prepare(model, "t", ask)
    assert len(asked) == 2


def _centred(scores: np.ndarray) -> np.ndarray:
    """Scores less each label's mean, then less each row's."""
    scores = scores - scores.mean(0)
    return scores - scores.mean(1, keepdims=True)


def test_without_calibration_nothing_is_asked(llama):
    model, lesson = lesson_of(llama, calibration="none")
    lesson.objective.prepare(model, "t", lambda count: pytest.fail("asked"))
    assert not model.head("t").bias.any()


@pytest.mark.parametrize("tuning", ["head", "full", "lora:r=2"])
def test_it_trains(tuning: str, tiny_decoder: Path):
    task = toy_task()
    model = toy_model(tiny_decoder, task, way="likelihood")
    phase = toy_phase(model, task, way="likelihood", tuning=tuning, steps=12)
    losses = [report.loss for report in Training(model, [phase], CPU)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
