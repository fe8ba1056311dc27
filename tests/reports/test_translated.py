"""What rooms say to a translated Ui comes out in the other language; what nobody knows stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bundles import random_bundle
from crosstask.errors import Interrupted
from crosstask.models.transformers_gateway import load_text_encoder
from crosstask.objectives import objective_for
from crosstask.reports.messages import messages
from crosstask.reports.translated import Translated
from crosstask.runs.start import load_start
from crosstask.shelf.download import _run_pip
from crosstask.shelf.fetching import _first_use, _locked
from crosstask.shelf.folder import ShelfFolder
from crosstask.shelf.item import find_item
from crosstask.tasks.task import Example
from crosstask.training.fit import Fit, _smaller_parts
from crosstask.training.lesson import Lesson
from crosstask.training.loop import StepReport
from crosstask.transfer.study import Study
from crosstask.ui import Bar, Silent
from tiny_training import Stops, toy_task, toy_training


class Heard:
    """A `Ui` that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def note(self, text: str) -> None:
        self.told.append(text)

    def table(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        self.told.append((title, rows))

    @contextmanager
    def progress(self, what: str, total: float | None) -> Iterator[Bar]:
        self.told.append((what, total))
        yield self

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        self.told.append((amount, facts))


HEARD = {r"draw (\d+) of (\d+)": r"第 \1 次，共 \2 次", "loss": "损失", r"(\S+) tokens": r"\1 个词元"}


def test_a_note_is_translated_as_a_whole_or_not_at_all() -> None:
    ui = Heard()
    told = Translated(ui, HEARD)
    for text in ("draw 2 of 3", "draw 2 of 3: more", "a draw 2 of 3", r"loss \1"):
        told.note(text)
    assert ui.told == ["第 2 次，共 3 次", "draw 2 of 3: more", "a draw 2 of 3", r"loss \1"]


def test_progress_is_translated_with_its_facts() -> None:
    ui = Heard()
    with Translated(ui, HEARD).progress("loss", 3) as bar:
        bar.advance(1, loss=0.5, rate="7 tokens")
    assert ui.told == [("损失", 3), (1, {"损失": "0.5", "rate": "7 个词元"})]


def test_a_table_is_passed_on() -> None:
    ui = Heard()
    Translated(ui, HEARD).table("loss", [("loss",)])
    assert ui.told == [("loss", [("loss",)])]


def in_chinese(ui: Heard) -> Translated:
    """What the rooms are given to speak to where the quickstart speaks Chinese: they say their own sentences to it."""
    return Translated(ui, messages("zh").heard)


def test_chinese_for_training_that_goes_on(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        Fit(toy_training(tiny_checkpoint), folder=tmp_path).run(Stops(2))
    ui = Heard()
    Fit(toy_training(tiny_checkpoint), folder=tmp_path).run(in_chinese(ui))
    going_on, training, _, *steps = ui.told
    assert (going_on, training) == ("从第 2 步之后接着训练，共 6 步", ("训练", 6))
    assert len(steps) == 4
    for _, facts in steps:
        assert list(facts) == ["损失", "速度"]
        assert re.fullmatch(r"每秒 [\d,]+ 个词元", facts["速度"])


def test_chinese_for_texts_that_are_cut(tiny_checkpoint: Path) -> None:
    said, shorter = (lesson(tiny_checkpoint, limit, "good " * 90).truncation() for limit in (None, 16))
    words = in_chinese(Heard()).said
    assert words(str(said)) == "reviews：100.0% 的文本被截到 64 个词元，平均各丢 28 个，最多的丢 28 个"
    assert words(str(shorter)).endswith("被截到 16 个词元，平均各丢 76 个，最多的丢 76 个；模型最多能读 64 个")


def test_chinese_for_tokens_that_the_model_does_not_know(tiny_checkpoint: Path) -> None:
    told = in_chinese(Heard()).said(str(lesson(tiny_checkpoint, None, "火车 飞机").unknown()))
    assert re.fullmatch(r"reviews：\d+% 的词元模型不认识，英文以外的语言请用 starter:multilingual", told)


def lesson(checkpoint: Path, limit: int | None, text: str) -> Lesson:
    task = toy_task()
    encoder = load_text_encoder(checkpoint, max_length=limit)
    return Lesson.of_examples(task, [Example({"text": text})], objective_for(task.kind), encoder)


def test_chinese_for_a_head_that_is_kept(tiny_checkpoint: Path, tmp_path: Path) -> None:
    ui, task = Heard(), toy_task()
    start = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"reviews": task.kind})))
    start.head_for(task, objective_for(task.kind), in_chinese(ui))
    assert ui.told == ["保留 reviews 的分类头：标签相同"]


@pytest.mark.parametrize("labels", [1, 16])
def test_chinese_for_the_draws_of_a_study(labels: int) -> None:
    ui = Heard()
    study = SimpleNamespace(
        draws=2, labels_per_class=labels, references=(), train_source=repr, _outcome=lambda *_: None
    )
    Study.run(cast("Study", study), in_chinese(ui))
    assert ui.told == [f"第 {draw} 次抽样（共 2 次）：每类 {labels} 条标注" for draw in (1, 2)]


def test_chinese_for_a_download(tmp_path: Path) -> None:
    ui, item = Heard(), find_item("starter")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    _run_pip(item, ["--help"], scratch, in_chinese(ui))
    assert ui.told[0] == (f"下载 {item.package}", item.size)


def test_chinese_for_waiting_for_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path))
    ui, folder, told = Heard(), ShelfFolder(find_item("sample:tweets")), Event()

    def fetch() -> None:
        with _locked(folder, in_chinese(ui)):
            pass

    monkeypatch.setattr(ui, "note", lambda text: (ui.told.append(text), told.set()))
    with ThreadPoolExecutor() as pool:
        with _locked(folder, Silent()):
            waiting = pool.submit(fetch)
            assert told.wait(60)
        waiting.result(60)
    assert ui.told == ["另一个进程正在下载 sample:tweets，等它完成"]


def test_chinese_for_the_first_use_of_a_shelf_item() -> None:
    said = _first_use(ShelfFolder(find_item("starter:multilingual")))
    translated = in_chinese(Heard()).said(said)
    assert translated.startswith("下载 starter:multilingual（91.2 MB，许可证 MIT），只需一次，存到 ")


def test_chinese_for_too_little_memory() -> None:
    report = StepReport(3, "a", 0.0, 0.0, 0.0, tokens=1, padded=1, seconds=1.0, parts_of=2048)
    translated = in_chinese(Heard()).said(_smaller_parts(report))
    assert translated == "第 3 步显存不足：此后每一份最多 2,048 个词元，有效批大小不变"
