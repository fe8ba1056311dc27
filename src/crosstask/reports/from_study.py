"""A study's outcomes as the quickstart's result, and as plain JSON."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crosstask.evidence.comparison import compare
from crosstask.evidence.crossed import crossed_interval, paired_interval
from crosstask.reports.messages import Messages
from crosstask.reports.page import Command
from crosstask.reports.plots import Curve
from crosstask.reports.quickstart_result import MethodScores, QuickstartResult, score_rows, verdict
from crosstask.transfer.study import DIRECT, TRANSFER, ZERO_SHOT, Outcome, Study
from crosstask.versions import current_versions

HARM = 0.1  # the most probable harm that transfer may bring and still be the model that is saved

Outcomes = Mapping[str, Sequence[Outcome]]


def quickstart_result(
    study: Study, outcomes: Outcomes, source_seconds: float, commands: Sequence[Command]
) -> QuickstartResult:
    """What the quickstart measured.

    Transfer is saved where it is expected to gain and unlikely to harm, else direct training.
    """
    methods = {name: _method(name, found) for name, found in outcomes.items()}
    found = compare(methods[DIRECT].correct, methods[TRANSFER].correct)
    return QuickstartResult(
        source=study.source.name,
        target=study.target.name,
        labels_per_class=study.labels_per_class,
        direct=methods[DIRECT],
        transfer=methods[TRANSFER],
        zero_shot=methods[ZERO_SHOT],
        source_seconds=source_seconds,
        references=[methods[name] for name in study.references],
        losses=_curves(outcomes, "loss"),
        scores=_curves(outcomes, "accuracy"),
        saved_transfer=found.gain.value > 0 and found.harm_probability <= HARM,
        commands=commands,
        facts=_facts(study),
    )


def quickstart_record(result: QuickstartResult, say: Messages) -> dict[str, Any]:
    """The result as plain JSON: methods with intervals, the decision; the table and verdict in people's language."""
    found = result.comparison
    return {
        "source": result.source,
        "target": result.target,
        "labels_per_class": result.labels_per_class,
        "methods": {method.name: _measured(method, result.direct) for method in result.methods},
        "source_seconds": result.source_seconds,
        "decision": {"way": result.saved.name, **found.to_json()},
        "verdict": verdict(result, say),
        "table": score_rows(result, say),
    }


def _measured(method: MethodScores, direct: MethodScores) -> dict[str, Any]:
    return {
        "accuracy": crossed_interval(method.correct).to_json(),
        "gain": None if method is direct else paired_interval(method.correct, direct.correct).to_json(),
        "draws": method.correct.mean(axis=1).tolist(),
        "seconds": method.seconds,
    }


def _method(name: str, outcomes: Sequence[Outcome]) -> MethodScores:
    correct = np.array([found.correct for found in outcomes], dtype=bool)
    return MethodScores(name, correct, float(np.mean([found.seconds for found in outcomes])))


def _curves(outcomes: Outcomes, measure: str) -> list[Curve]:
    return [
        _curve(found, measure, transfer=name == TRANSFER) for name in (DIRECT, TRANSFER) for found in outcomes[name]
    ]


def _curve(outcome: Outcome, measure: str, *, transfer: bool) -> Curve:
    rows = [row for row in outcome.journal if measure in row]
    return Curve(transfer, [row["step"] for row in rows], [row[measure] for row in rows])


def _facts(study: Study) -> dict[str, str]:
    return {
        "model": study.model,
        "source rows": f"{study.source_rows:,}",
        "draws": str(study.draws),
        "seed": str(study.seed),
        "device": str(study.runtime.device),
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        **current_versions(),
    }
