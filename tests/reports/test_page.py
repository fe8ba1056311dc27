"""A page escapes what it is given, sets numbers flush right and asks nothing of the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from crosstask.reports.page import Command, Figure, Report, Section, Table, render

VOID = {"meta", "link", "br", "img", "input"}
HOSTILE = '<script>alert("&")</script>'


class Tags(HTMLParser):
    """Collects tags and attributes, and fails where a tag is closed that was not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    return tags


@pytest.fixture
def page() -> str:
    section = Section(
        HOSTILE,
        text=(HOSTILE,),
        figures=(Figure("<svg></svg>", HOSTILE, HOSTILE),),
        tables=(Table(HOSTILE, ("method", "score"), ((HOSTILE, 0.5), ("b", "0.612 [0.590, 0.634]")), strong=1),),
        commands=(Command(HOSTILE, HOSTILE),),
    )
    return render(Report(HOSTILE, HOSTILE, (section,)))


def test_everything_given_is_escaped(page: str) -> None:
    names = [tag for tag, _ in parsed(page).seen]
    assert "script" not in names
    assert names.count("svg") == 1
    assert page.count("&lt;script&gt;") == 12


def test_asks_nothing_of_the_network(page: str) -> None:
    assert not re.search(r"https?:|src=|@import|url\((?!#)", page)
    assert "link" not in {tag for tag, _ in parsed(page).seen}


def test_figures_say_what_they_show(page: str) -> None:
    labels = [attributes.get("aria-label") for _, attributes in parsed(page).seen if attributes.get("role") == "img"]
    assert labels == [HOSTILE]


def test_the_strong_row_and_the_number_column_are_marked(page: str) -> None:
    classes = [(tag, attributes["class"]) for tag, attributes in parsed(page).seen if "class" in attributes]
    assert classes.count(("tr", "strong")) == 1
    assert classes.count(("th", "number")) == 1
    assert classes.count(("td", "number")) == 2


@pytest.mark.parametrize(
    ("cells", "numeric"),
    [
        (("0.5", 3, "1,200"), True),
        (("+4.2 [−0.3, +8.7]", "–"), True),
        (("<0.1", "12%"), True),
        (("0.5", "none"), False),
        (("3.11.9 on Linux",), False),
        ((), False),
    ],
)
def test_numbers_are_told_from_words(cells: tuple[object, ...], numeric: bool) -> None:
    assert Table("", ("value",), tuple((cell,) for cell in cells)).is_numeric(0) is numeric
