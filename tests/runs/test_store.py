"""What was computed once is not computed again, and what cannot be read counts as not computed."""

from pathlib import Path

import pytest

from crosstask.errors import OutputError
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


@pytest.mark.parametrize("left", [b"", b'{"correct"', b"\0\0\0\0", b"\xff", b"null"])
def test_an_unreadable_file_is_computed_anew(tmp_path: Path, left: bytes):
    (tmp_path / "key.json").write_bytes(left)
    for value in ({"seconds": 1.0}, {"seconds": 2.0}):
        assert Store(tmp_path).get("key", lambda value=value: value) == {"seconds": 1.0}


def test_numbers_that_are_not_finite_are_null_at_once_and_later(tmp_path: Path):
    for _ in range(2):
        found = Store(tmp_path).get("key", lambda: {"journal": [{"norm": float("inf")}, {"norm": 1.0}]})
        assert found == {"journal": [{"norm": None}, {"norm": 1.0}]}
    assert "Infinity" not in (tmp_path / "key.json").read_text()


def test_a_place_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path):
    (tmp_path / "trials").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        Store(tmp_path / "trials").get("key", dict)


def test_a_value_whose_companion_has_gone_is_computed_again(tmp_path: Path):
    beside, store = tmp_path / "bundle", Store(tmp_path / "trials")

    def compute():
        beside.mkdir()
        return {"made": len(list(tmp_path.glob("trials/*")))}

    assert [store.get("key", compute, beside)["made"] for _ in range(2)] == [0, 0]
    beside.rmdir()
    assert store.get("key", compute, beside)["made"] == 1
    assert beside.is_dir()
