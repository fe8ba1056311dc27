"""The hub's own library reads the model card."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from huggingface_hub import ModelCard

from crosstask.evidence.interval import Interval
from crosstask.reports.card import Card, CardScores, CardTask, model_card
from crosstask.reports.origin import Origin
from crosstask.tasks.kinds.classification import Classification

METRICS = {"macro_f1": Interval(0.87, 0.84, 0.89), "accuracy": Interval(0.871, 0.842, 0.895)}
TASK = CardTask(
    name="tweets-airlines",
    kind="classification",
    hub_task="text-classification",
    inputs=("text",),
    labels=("negative", "positive"),
    rows={"train": 1032, "test": 600},
    scores=(CardScores("test", 600, METRICS),),
    hub_metrics=Classification.hub_metrics,
)


@pytest.fixture
def card() -> Card:
    return Card(
        name="airlines",
        tasks=(TASK,),
        config={"model": "starter", "tuning": {"name": "freeze", "layers": 3}, "seed": 0},
        versions={"crosstask": "0.1.0"},
        origin=Origin("sentence-transformers/all-MiniLM-L6-v2", "apache-2.0", "en"),
    )


def test_the_hub_reads_the_metadata_and_the_scores(card: Card) -> None:
    data = ModelCard(model_card(card)).data
    assert (data.library_name, data.license, data.language) == ("crosstask", "apache-2.0", "en")
    assert data.base_model == "sentence-transformers/all-MiniLM-L6-v2"
    assert data.pipeline_tag == "text-classification"
    assert {(one.metric_type, one.metric_value, one.dataset_split) for one in data.eval_results} == {
        ("f1", 0.87, "test"),
        ("accuracy", 0.871, "test"),
    }


def test_what_is_unknown_is_left_out(card: Card) -> None:
    unknown = replace(card, origin=Origin(), tasks=(replace(TASK, scores=()),))
    text = model_card(unknown)
    front = yaml.safe_load(text.split("---\n")[1])
    assert not {"license", "language", "base_model", "datasets", "metrics", "model-index"} & front.keys()
    assert "None" not in text
    assert "Nothing was measured" in text


def test_intervals_labels_and_rows_are_told(card: Card) -> None:
    text = model_card(card)
    assert "| test | 600 | accuracy | 0.871 | 0.842 to 0.895 (95%) |" in text
    assert "`negative`, `positive`" in text
    assert "1,032 train, 600 test" in text
    assert "`sentence-transformers/all-MiniLM-L6-v2`, fine-tuned on `tweets-airlines` with crosstask." in text


def test_the_configuration_comes_back(card: Card) -> None:
    block = model_card(card).split("```yaml\n")[1].split("```")[0]
    assert yaml.safe_load(block) == card.config


def test_label_names_cannot_break_out_of_their_code(card: Card) -> None:
    labels = ("a`b", "two\nlines", "``", "<b>")
    text = model_card(replace(card, tasks=(replace(TASK, labels=labels),)))
    assert "- labels, in order: `` a`b ``, `two lines`, ``` `` ```, `<b>`\n" in text


@pytest.mark.parametrize(
    ("tasks", "python", "shell"),
    [
        ((TASK,), 'bundle.predict(["a text", "one more"])', "--input rows.csv\n"),
        (
            (replace(TASK, inputs=("text", "text_pair")),),
            'bundle.predict([("a text", "its other"), ("one more", "and its other")])',
            "--input rows.csv\n",
        ),
        (
            (TASK, replace(TASK, name="my other")),
            'bundle.predict(["a text", "one more"], head=\'tweets-airlines\')',
            "--input rows.csv --head tweets-airlines\n",
        ),
    ],
)
def test_says_how_to_use_it(card: Card, tasks: tuple[CardTask, ...], python: str, shell: str) -> None:
    text = model_card(replace(card, tasks=tasks))
    assert python in text
    assert shell in text
