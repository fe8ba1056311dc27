"""Versions: of what every result depends on, and of the plug-ins that a config names."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from crosstask import versions
from crosstask.runs.key import content_key
from crosstask.versions import current_versions


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The metadata of an installed package `rankers` 1.5, which offers a tuning `low_rank`."""
    info = tmp_path / "rankers-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rankers\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text("[crosstask.tunings]\nlow_rank = rankers:LowRank\n")
    monkeypatch.syspath_prepend(tmp_path)
    versions._offered.cache_clear()
    yield info / "METADATA"
    versions._offered.cache_clear()


@pytest.mark.usefixtures("plugin")
def test_the_libraries_that_compute_are_always_among_them():
    libraries = {"crosstask", "numpy", "scikit-learn", "scipy", "tokenizers", "torch", "transformers"}
    assert current_versions() == {library: version(library) for library in libraries}
    assert current_versions({"tuning": {"name": "full"}, "epochs": 3.0}) == current_versions()


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    "config",
    [
        {"options": {"tuning": {"name": "low_rank", "rank": 4}}},
        {"tuning": "low_rank:rank=4"},
        {"tunings": ["full", "low_rank"]},
        {"objective": "head:inner=low_rank"},
    ],
)
def test_a_plug_in_that_is_named_is_among_them(config: dict[str, Any]):
    assert current_versions(config) == {**current_versions(), "rankers": "1.5"}


def test_another_version_of_a_plug_in_is_another_key(plugin: Path):
    def keys() -> tuple[str, str]:
        used, unused = ({"tuning": {"name": name}} for name in ("low_rank", "full"))
        return content_key(used, data="d", start="s"), content_key(unused, data="d", start="s")

    before = keys()
    plugin.write_text(plugin.read_text().replace("1.5", "1.6"))
    after = keys()
    assert after[0] != before[0]
    assert after[1] == before[1]
