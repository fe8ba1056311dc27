"""What was computed once is not computed again."""

from pathlib import Path

from crosstask.runs.store import Store


def test_a_value_is_computed_once(tmp_path: Path):
    calls = []

    def compute():
        calls.append(1)
        return {"correct": [True, False], "seconds": 0.5}

    for _ in range(2):
        assert Store(tmp_path / "trials").get("direct 0", compute) == {"correct": [True, False], "seconds": 0.5}
    assert len(calls) == 1
    Store(tmp_path / "trials").get("direct 1", compute)
    assert len(calls) == 2
    assert sorted(path.name for path in (tmp_path / "trials").iterdir()) == ["direct 0.json", "direct 1.json"]
