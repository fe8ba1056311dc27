"""Where results go: JSON with the facts of the machine that gave them."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from crosstask.runs.forecast import matrix_peak
from crosstask.versions import current_versions

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Processor, threads, the measured float32 matrix-product peak, versions."""
    return {
        "machine": platform.machine(),
        "processor": _processor(),
        "threads": torch.get_num_threads(),
        "matrix_peak_gflops": round(peak() / 1e9, 1),
        "python": platform.python_version(),
        "versions": current_versions(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def peak(rounds: int = 20) -> float:
    """Float32 operations a second of matrix products: the best of many, since anything else that runs lowers it."""
    return max(matrix_peak(torch.device("cpu"), size=2048) for _ in range(rounds))


def write(name: str, result: dict[str, Any]) -> None:
    """Write `results/NAME.json`."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **result}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def read(name: str) -> dict[str, Any]:
    """What `results/NAME.json` holds beside the machine; nothing where it is not there."""
    file = RESULTS / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {key: value for key, value in found.items() if key != "machine"}


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
