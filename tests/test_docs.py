"""The documentation holds: generated parts are fresh, commands and examples work, links lead somewhere."""

from __future__ import annotations

import ast
import doctest
import re
import runpy
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crosstask.cli.parse import parse
from crosstask.steps import STEPS

ROOT = Path(__file__).resolve().parents[1]
GENERATE = runpy.run_path(str(ROOT / "docs" / "generate.py"))
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
README, README_ZH = (page.read_text(encoding="utf-8") for page in PAGES[:2])

_FENCE = re.compile(r"(?P<mark><!-- not run: [^\n]+ -->\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_INDENTED = re.compile(r"^    (crosstask .+)$", re.M)
_SPAN = re.compile(r"`(crosstask [^`]+)`")
_GENERATED = re.compile(r"<!-- generated: .*?<!-- end -->", re.S)
_MEASURED = re.compile(
    r"\b0\.\d{3}\b|[+−]\d+\.\d+|\b\d[\d.]* (?:seconds|minutes|times as)|\d (?:秒|分钟)|(?!95%)\b\d[\d.]*%"
)
_SHELL_WORDS = {"|", ">", ">>", "<", "&&", ";"}


@dataclass(frozen=True)
class Block:
    """A fenced block, and whether it is to be run."""

    language: str
    text: str
    runs: bool


def blocks(page: str, *languages: str) -> list[Block]:
    found = [Block(block["language"], block["text"], not block["mark"]) for block in _FENCE.finditer(page)]
    return [block for block in found if not languages or block.language in languages]


def command_lines(shell: str) -> Iterator[list[str]]:
    """The arguments of each `crosstask` in shell lines, comments and what is piped around it left out."""
    for line in shell.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>&;")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, "|"]:
            if word in _SHELL_WORDS:
                if "crosstask" in words:
                    yield words[words.index("crosstask") + 1 :]
                words = []
            else:
                words.append(word)


def cases(make: Callable[[str], list[Any]]) -> list[Any]:
    return [
        pytest.param(case, id=f"{page.name}: {str(case)[:60]}")
        for page in PAGES
        for case in make(page.read_text(encoding="utf-8"))
    ]


def _commands(page: str) -> list[list[str]]:
    fenced = [line for block in blocks(page, "console", "bash", "") for line in command_lines(block.text)]
    prose = _FENCE.sub("", _GENERATED.sub("", page))
    spans = [shlex.split(text)[1:] for text in [*_SPAN.findall(prose), *_INDENTED.findall(prose)]]
    return [words for words in [*fenced, *spans] if words[0].islower() and "[OPTIONS]" not in words]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_generated_is_fresh(page):
    text = page.read_text(encoding="utf-8")
    assert GENERATE["render"](text) == text, "run python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_numbers_of_quality_and_speed_come_from_results(page):
    prose = _FENCE.sub("", _GENERATED.sub("", page.read_text(encoding="utf-8")))
    assert not _MEASURED.findall(prose)


@pytest.mark.parametrize("line", cases(_commands))
def test_commands_name_verbs_and_options_that_exist(line, capsys):
    parse(line)
    capsys.readouterr()


@pytest.mark.parametrize("script", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda script: script.stem)
def test_benchmarks_find_what_they_import(script, monkeypatch):
    monkeypatch.syspath_prepend(str(script.parent))
    runpy.run_path(str(script))


def test_every_verb_is_documented():
    page = (ROOT / "docs" / "verbs.md").read_text(encoding="utf-8")
    assert [name for name in STEPS.names() if f"### {name}\n" not in page] == []
    assert len(cases(_commands)) > 30


def test_make_targets_and_scripts_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.M))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"^make (\w+)|`make (\w+)`", text, re.M)
        assert {name for pair in named for name in pair if name} <= targets
        assert all((ROOT / script).exists() for script in re.findall(r"python ((?:benchmarks|docs)/\w+\.py)", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", _FENCE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def _skeleton(page: str) -> dict[str, Any]:
    """What both languages of the README share, in any order, for each begins with a quickstart of its own language."""
    page = page.replace("quickstart-zh", "quickstart")
    prose = _FENCE.sub("", page)
    rows = [line.split("|") for line in prose.splitlines() if line.startswith("|")]
    return {
        "headings": sorted(len(level) for level in re.findall(r"^(#+) ", prose, re.M)),
        "code": sorted((re.sub(r"\s*#.*", "", block.text), block.runs) for block in blocks(page)),
        "tables": sorted((len(row), re.findall(r"\d[\d.,]*", "|".join(row).replace("95%", ""))) for row in rows),
        "spans": sorted(set(re.findall(r"`[^`]+`", prose))),
        "links": sorted(link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "README" not in link),
    }


def test_both_readmes_say_the_same():
    assert _skeleton(README) == _skeleton(README_ZH)


@pytest.mark.parametrize("block", cases(lambda page: blocks(page, "python")))
def test_python_examples_are_python(block):
    if ">>>" not in block.text:
        ast.parse(block.text)


@pytest.fixture
def workspace(tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages name, where `starter` is a tiny model."""
    shutil.copytree(tiny_checkpoint, tmp_path / "starter")
    monkeypatch.chdir(tmp_path)
    words = {"5": ("good", "great", "nice"), "1": ("bad", "awful", "late")}
    rows = [f"the {noun} was {word},{star}" for star in words for word in words[star] for noun in ("film", "food")]
    (tmp_path / "reviews.csv").write_text("\n".join(["review,stars", *rows]), encoding="utf-8")
    held_out = ["a very good plane,5", "a very bad plane,1", "not a great film,1"]
    (tmp_path / "held_out.csv").write_text("\n".join(["review,stars", *held_out]), encoding="utf-8")
    (tmp_path / "new.csv").write_text("review\nthe plane is nice\n", encoding="utf-8")
    pairs = [f"is it {word},was it {word},yes\nis it {word},a nice film,no" for word in ("late", "bad", "good")]
    (tmp_path / "pairs.csv").write_text("\n".join(["question,other,same", *pairs]), encoding="utf-8")
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.usefixtures("workspace")
def test_the_readme_runs_from_its_table_to_its_export(run_cli):
    from_here = README[README.index("## Your own table") :]
    for block in blocks(from_here, "console", "python"):
        if block.language == "python":
            exec(compile(block.text, "README.md", "exec"), {})  # the page's own example
            continue
        for line in command_lines(block.text) if block.runs else ():
            answer = run_cli(*line)
            assert answer.code == 0, (line, answer.stderr)
    answers = Path("answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(answers) == 1


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("page", PAGES[2:], ids=lambda page: page.name)
def test_python_examples_run(page, request):
    for block in blocks(page.read_text(encoding="utf-8"), "python"):
        if "shelf.ensure" in block.text:
            request.getfixturevalue("starter")
        if ">>>" not in block.text and block.runs:
            exec(compile(block.text, page.name, "exec"), {})  # the page's own example
    failed, _ = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert not failed
