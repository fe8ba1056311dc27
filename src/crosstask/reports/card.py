"""The model card: what a bundle is, how it was made and what was measured, in the hub's format."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from crosstask.evidence.interval import Interval
from crosstask.reports.origin import Origin
from crosstask.reports.templates import fill


@dataclass(frozen=True)
class CardScores:
    """The metrics of one task on one split, each with its interval over rows."""

    split: str
    rows: int
    metrics: Mapping[str, Interval]


@dataclass(frozen=True)
class CardTask:
    """One task of the bundle: its kind, its input fields and labels in order, its rows by split, its scores.

    `hub_metrics` says what the hub calls a metric, where that is not its name here.
    """

    name: str
    kind: str
    hub_task: str
    inputs: Sequence[str]
    labels: Sequence[str]
    rows: Mapping[str, int]
    scores: Sequence[CardScores] = ()
    hub_metrics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """All that a model card says.

    `config` is the whole configuration of the run, `versions` the packages it ran with. What is not known of the
    `origin` is left out of the card.
    """

    name: str
    tasks: Sequence[CardTask]
    config: Mapping[str, Any]
    versions: Mapping[str, str]
    origin: Origin


def model_card(card: Card) -> str:
    """The card as Markdown behind YAML front matter that the hub reads."""
    return fill(
        "card.md",
        filters={"code": _code, "counts": _counts, "bounds": _bounds},
        card=card,
        front_matter=_yaml(_front_matter(card)),
        config=_yaml(card.config),
        python=_python(card),
        shell=_shell(card),
    )


def _front_matter(card: Card) -> dict[str, Any]:
    """The hub's metadata; what is unknown is left out."""
    results = [one for task in card.tasks for one in _results(task)]
    found: dict[str, Any] = {
        "license": card.origin.licence,
        "language": card.origin.language,
        "library_name": "crosstask",
        "base_model": card.origin.base_model,
        "pipeline_tag": card.tasks[0].hub_task,
        "tags": ["crosstask", *sorted({task.hub_task for task in card.tasks})],
        "metrics": sorted({name for task in card.tasks for name in _metric_names(task)}),
        "model-index": [{"name": card.name, "results": results}] if results else None,
    }
    return {key: value for key, value in found.items() if value}


def _metric_names(task: CardTask) -> list[str]:
    """The measured metrics, as the hub calls them."""
    return [task.hub_metrics.get(name, name) for scores in task.scores for name in scores.metrics]


def _results(task: CardTask) -> list[dict[str, Any]]:
    """The task's scores as entries of the hub's model index."""
    return [
        {
            "task": {"type": task.hub_task},
            "dataset": {"name": task.name, "type": task.name, "split": scores.split},
            "metrics": [
                {"type": task.hub_metrics.get(name, name), "name": name, "value": round(interval.value, 6)}
                for name, interval in scores.metrics.items()
            ],
        }
        for scores in task.scores
    ]


def _python(card: Card) -> str:
    """A call that predicts two rows with the first task."""
    pair = len(card.tasks[0].inputs) > 1
    rows = '[("a text", "its other"), ("one more", "and its other")]' if pair else '["a text", "one more"]'
    return f"bundle.predict({rows}{f', head={card.tasks[0].name!r}' if len(card.tasks) > 1 else ''})"


def _shell(card: Card) -> str:
    """A command that predicts a file with the first task."""
    head = f" --head {shlex.quote(card.tasks[0].name)}" if len(card.tasks) > 1 else ""
    return f"crosstask predict path/to/this/folder --input rows.csv{head}"


def _yaml(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=100)


def _counts(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {split}" for split, count in rows.items())


def _bounds(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f} ({interval.level:.0%})"


def _code(text: str) -> str:
    """Inline code whatever the text holds: the fence is longer than any run of backticks within."""
    line = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    pad = " " if "`" in line else ""
    return f"{fence}{pad}{line}{pad}{fence}"
