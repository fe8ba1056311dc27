"""Writes into the pages what they take from the code and from benchmark results.

    python docs/generate.py

It stands between `<!-- generated: VIEW -->` and `<!-- end -->`; a view is a function here. What is not measured yet
leaves a word in its place, never a number.
"""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from crosstask.cli.commands import command
from crosstask.method import Method
from crosstask.models.pooling import POOLINGS
from crosstask.models.tuning import TUNINGS
from crosstask.objectives import OBJECTIVES
from crosstask.registry import Registry
from crosstask.reports.messages import messages
from crosstask.runs.options import TrainingOptions
from crosstask.shelf.item import SHELF, shelf_items
from crosstask.steps import STEPS
from crosstask.tasks.kind import KINDS
from crosstask.tasks.reader import READERS
from crosstask.training.balancers import BALANCERS

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md")))

_MARKED = re.compile(r"(<!-- generated: (?P<view>\w+)(?P<words>(?: [\w.]+)*) -->).*?(?P<end><!-- end -->)", re.DOTALL)
_EVERY_COMMAND = "**Options of every command**:"
_WORDS = {int: "whole number", float: "number", bool: "true or false", str: "text"}
_COLLECTIONS = {tuple: "list", Mapping: "mapping"}


def render(page: str) -> str:
    """The page with every generated part as it should be now."""
    return _MARKED.sub(lambda found: found[1] + VIEWS[found["view"]](*found["words"].split()) + found["end"], page)


def results(name: str) -> dict[str, Any]:
    """What `benchmarks/NAME.py` measured; nothing where it has not run."""
    file = RESULTS / f"{name}.json"
    measured: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return measured


def quickstart_table(language: str = "en", measured: str = "quickstart") -> str:
    """Accuracy and gain of every method of one of the quickstart's benchmarks, with intervals."""
    headers = {
        "en": ("method", "accuracy [95% interval]", "gain over direct in points [95% interval]"),
        "zh": ("方法", "准确率［95% 区间］", "比直接微调多几个百分点［95% 区间］"),
    }
    say = messages(language)
    rows = [
        (say.method(name), _interval(found["accuracy"]), "–" if name == "direct" else _points(found["gain"]))
        for name, found in results(measured).get("methods", {}).items()
    ]
    return _table(headers[language], rows)


def quickstart_minutes(language: str = "en", measured: str = "quickstart") -> str:
    """Minutes that three draws take: the source once, then every method in each."""
    found = results(measured)
    if "source_seconds" not in found:
        return {"en": "a few", "zh": "几"}[language]
    draw = sum(method["seconds"] for method in found["methods"].values())
    return f"{max(1, round((found['source_seconds'] + 3 * draw) / 60))}"


def speed_table(language: str = "en") -> str:
    """Fine-tuning against transformers' Trainer."""
    headers = {
        "en": ("texts", "tokens a second, × Trainer", "× Trainer with its length grouping", "accuracy", "Trainer's"),
        "zh": ("文本", "每秒词元数，相对 Trainer", "相对按长度分组的 Trainer", "准确率", "Trainer 的准确率"),
    }
    rows = [
        (
            name,
            f"{found['ratio_to_defaults']:.2f}",
            f"{found['ratio_to_length_grouping']:.2f}",
            f"{found['accuracy']['crosstask']:.3f}",
            f"{found['accuracy']['Trainer']:.3f}",
        )
        for name, found in results("finetune").items()
        if isinstance(found, dict) and "ratio_to_defaults" in found
    ]
    return _table(headers[language], rows)


def coverage_table(*accuracies: str) -> str:
    """How often each kind of interval held the truth, and its median width, where the true accuracies were these."""
    studies = _studies(accuracies)
    rows = [_study(study["scenario"], study["coverage"]) for study in studies]
    return _table(("draws", "rows", "luck", *studies[0]["coverage"]), rows)


def coverage_range(draws: str, *accuracies: str) -> str:
    """The least and the most of our own coverage over the studies with so many draws."""
    studies = [study for study in _studies(accuracies) if study["scenario"]["draws"] == int(draws)]
    held = [study["coverage"]["crosstask"]["held"] for study in studies]
    return f"{min(held):.3f} and {max(held):.3f}"


def kinds_table() -> str:
    """Every kind's task: the fine-tuned model, how it trained, and the references, by the primary metric."""
    rows = [
        (f"`{task}`, {found['kind'].replace('_', '-')}", *line)
        for task, found in results("kinds").get("tasks", {}).items()
        for line in _kind_rows(found)
    ]
    return _table(("task and kind", "method", "training", "metric", "score [95% interval]", "seconds"), rows)


def kinds_minutes() -> str:
    """Minutes that all kinds' tasks took together: training, test rows and references."""
    tasks = results("kinds").get("tasks", {}).values()
    parts = [part for task in tasks for part in (task, *task["references"].values())]
    seconds = sum(part["seconds"] + part.get("test_seconds", 0) for part in parts)
    return f"{seconds / 60:.0f}" if parts else "some"


def zeroshot_table() -> str:
    """Label likelihoods as they are and calibrated, by data set."""
    rows = [
        (f"`{name}`", *(_interval(found[way]["accuracy"]) for way in ("raw", "calibrated")))
        for name, found in results("zeroshot").items()
        if isinstance(found, dict) and "calibrated" in found
    ]
    return _table(("500 test rows of", "accuracy as it is", "calibrated"), rows)


def zeroshot_speed() -> str:
    """How many times as fast as a plain loop label likelihoods are."""
    found = results("zeroshot").get("speed")
    return f"{found['ratio']:.1f}" if found else "several"


def verbs() -> str:
    """Every verb with its options, then those that all verbs share."""
    sections = [_verb(name) for name in STEPS.names()]
    shared = command(STEPS.get(STEPS.names()[0])).generate_docs(output_format="markdown").partition(_EVERY_COMMAND)[2]
    return _block("\n\n".join([*sections, "### Options of every verb", shared.strip()]))


def methods(room: str) -> str:
    """The members of a registry, each with its options."""
    registries: dict[str, Registry[Any]] = {
        "tunings": TUNINGS,
        "objectives": OBJECTIVES,
        "poolings": POOLINGS,
        "balancers": BALANCERS,
        "kinds": KINDS,
        "readers": READERS,
    }
    registry = registries[room]
    members = [(name, summary, registry.get(name)) for name, summary in registry.summaries().items()]
    table = _table(("name", "what it is"), [(f"`{name}`", summary) for name, summary, _ in members])
    options = [_options(name, member) for name, _, member in members if member.model_fields]
    return _block("\n\n".join([table.strip(), *options, _where(registry)]))


def shelf() -> str:
    """The items of the shelf."""
    rows = [
        (
            " or ".join(f"`{name}`" for name in (item.name, *item.aliases)),
            item.about,
            f"{item.size / 1e6:.1f} MB",
            item.licence,
            f"`{item.package}`",
        )
        for item in shelf_items()
    ]
    table = _table(("name", "what it is", "download", "licence", "package"), rows)
    return _block(f"{table.strip()}\n\n{_where(SHELF)}")


VIEWS: dict[str, Callable[..., str]] = {
    view.__name__: view
    for view in (
        quickstart_table,
        quickstart_minutes,
        speed_table,
        coverage_table,
        coverage_range,
        kinds_table,
        kinds_minutes,
        zeroshot_table,
        zeroshot_speed,
        verbs,
        methods,
        shelf,
    )
}


def _verb(name: str) -> str:
    step = STEPS.get(name)
    summary, _, body = inspect.cleandoc(step.__doc__ or "").partition("\n\n")
    written = command(step).generate_docs(output_format="markdown")
    usage = written.split("```console\n")[1].partition("\n")[0]
    options = written.partition("**Options**:")[2].partition(_EVERY_COMMAND)[0].strip()
    return f"### {name}\n\n{summary}\n\n{body}\n\n```\ncrosstask {usage}\n```\n\n{options}"


def _options(name: str, method: type[Method]) -> str:
    rows = [
        (f"`{option}`", _accepted(field), _default(field), _escaped(field.description or ""))
        for option, field in method.model_fields.items()
    ]
    return f"Options of `{name}`:{_table(('option', 'value', 'default', 'what it does'), rows).rstrip()}"


def _accepted(field: FieldInfo) -> str:
    return " or ".join(dict.fromkeys(_kinds(field.annotation))) or "–"


def _kinds(annotation: Any) -> Iterator[str]:
    """The words for what an annotation takes; None stands for leaving the option out."""
    if typing.get_origin(annotation) is typing.Literal:
        yield ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    elif annotation in _WORDS:
        yield _WORDS[annotation]
    elif typing.get_origin(annotation) in _COLLECTIONS:
        yield _COLLECTIONS[typing.get_origin(annotation)]
    else:
        for part in typing.get_args(annotation):
            yield from _kinds(part)


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    return "" if default in (None, (), {}) else f"`{default}`"


def _where(registry: Registry[Any]) -> str:
    folder = registry.package.replace(".", "/")
    return f"Add one: `src/{folder}/NAME.py`; from another package, the entry point group `{registry.group}`."


def _kind_rows(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Method, training, metric, score and seconds: of the fine-tuned model, then of the references.

    References that are level or better have a star: their score is not below the interval of the fine-tuned model.
    """
    metric = next(iter(found["metrics"]))
    ours = found["metrics"][metric]
    yield f"fine-tuned `{found['model']}`", _training(found["options"]), metric, _interval(ours), _seconds(found)
    for method, measured in found["references"].items():
        score = measured["metrics"][metric]
        star = r"\*" if score["value"] >= ours["low"] else ""
        yield method, "", metric, f"{_interval(score)}{star}", _seconds(measured)


def _training(chosen: Mapping[str, Any]) -> str:
    """The epochs, the batch and the rate of a training; its tuning and its length where they are no defaults."""
    options, usual = TrainingOptions(**chosen), TrainingOptions()
    told = [f"{options.epochs:g} {'epoch' if options.epochs == 1 else 'epochs'}", f"batch {options.batch_size}"]
    rate = options.learning_rate * getattr(options.tuning, "speed", 1.0)
    told.append(f"rate {rate:.1e}".replace(".0e", "e").replace("e-0", "e-"))
    if options.tuning != usual.tuning:
        told.append(f"`{options.tuning.method_name()}`")
    if options.max_length is not None:
        told.append(f"{options.max_length} tokens")
    return ", ".join(told)


def _seconds(measured: Mapping[str, Any]) -> str:
    return f"{measured['seconds']:.0f}" if measured["seconds"] >= 1 else "<1"


def _studies(accuracies: Sequence[str]) -> list[dict[str, Any]]:
    wanted = list(map(float, accuracies))
    return [study for study in results("coverage")["studies"] if study["scenario"]["accuracies"] == wanted]


def _study(scenario: dict[str, Any], coverage: dict[str, Any]) -> tuple[str, ...]:
    cells = [f"{found['held']:.3f} ({found['width_median']:.3f})" for found in coverage.values()]
    return (str(scenario["draws"]), str(scenario["rows"]), f"{scenario['luck']:g}", *cells)


def _interval(found: dict[str, float]) -> str:
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _points(found: dict[str, float]) -> str:
    value, low, high = (f"{100 * found[key]:+.1f}".replace("-", "−") for key in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *(rows or [["(not measured yet)", *[""] * (len(header) - 1)]])]
    return _block("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _block(text: str) -> str:
    return f"\n\n{text}\n\n"


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")


def main() -> None:
    """Bring every page up to date."""
    for page in PAGES:
        page.write_text(render(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
