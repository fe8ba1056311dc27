"""The rules of the house: the page about it is true, listing imports nothing heavy, functions stay small."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crosstask.steps import STEPS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "crosstask"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
HEAVY = ("torch", "transformers", "tokenizers", "sklearn", "scipy", "pandas", "pyarrow", "matplotlib", "datasets")


def test_every_module_the_page_names_exists():
    named = set(re.findall(r"`([a-z][\w/.]+(?:\.py|/))`", PAGE))
    assert len(named) > 10
    placeholder = re.compile(r"NAME|KIND|WAY")
    missing = [name for name in named - {"src/crosstask/"} if not any(SOURCE.glob(placeholder.sub("*", name)))]
    assert not missing


def _layers() -> list[str]:
    """The rooms of the import contract, highest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [room.removeprefix("crosstask.") for line in lines for room in line.split(" | ")]


def test_the_page_shows_the_rooms_in_the_order_the_import_contract_enforces():
    picture = PAGE.split("```")[1]
    rooms = [name for line in picture.splitlines() for name in re.findall(r"^([a-z]+(?:, [a-z]+)*)  ", line)]
    assert [room for line in rooms for room in line.split(", ")] == _layers()


def test_every_room_stands_in_the_import_contract():
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    modules = {path.stem for path in SOURCE.glob("[a-z]*.py")}
    assert rooms | modules == set(_layers())


@pytest.mark.parametrize("line", [[], ["--help"], ["--version"], *([verb, "--help"] for verb in STEPS.names())])
def test_asking_for_help_imports_nothing_heavy(line):
    check = (
        "import sys; from crosstask.cli import main; code = main(sys.argv[1:]);"
        f"sys.exit(code or ' '.join(set({HEAVY}) & set(sys.modules)) or None)"
    )
    asked = subprocess.run([sys.executable, "-c", check, *line], capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (0, "")


def test_the_package_and_its_verbs_import_nothing_heavy():
    check = f"import sys, crosstask; [getattr(crosstask, name) for name in {STEPS.names()}];"
    check += f"sys.exit(' '.join(set({HEAVY}) & set(sys.modules)) or None)"
    asked = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (0, "")


def _body_lines() -> dict[str, int]:
    lines = {}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
                size = statements[-1].end_lineno - statements[0].lineno + 1 if statements else 0
                lines[f"{file.relative_to(SOURCE)}:{node.lineno} {node.name}"] = size
    return lines


def test_functions_stay_small():
    lines = _body_lines()
    assert not {name: size for name, size in lines.items() if size > 50}
    assert statistics.median(lines.values()) <= 5
    assert statistics.quantiles(lines.values(), n=10)[-1] < 21


def test_files_stay_small():
    long = {str(file): file.read_text(encoding="utf-8").count("\n") for file in SOURCE.rglob("*.py")}
    assert not {name: size for name, size in long.items() if size > 250}
