"""How often 95% intervals over draws and rows hold the truth: crosstask's, and those it could have used.

    python benchmarks/coverage.py        # ten minutes on one core

Correctness is simulated from a model whose true accuracies are known in closed form, so the intervals that
hold the truth can be counted. Writes `benchmarks/results/coverage.json`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtri, stdtr

from crosstask.evidence.crossed import BOTH, Estimate, Part, crossed_interval, mean_squares, t_interval
from crosstask.evidence.interval import Interval

Table = NDArray[np.float64]  # scores, or differences of scores: [draws, rows]

RESULTS = Path(__file__).parent / "results" / "coverage.json"
UPPER = 0.975


@dataclass(frozen=True)
class Scenario:
    """A world with known truth: one method's accuracy, or the gain of a second method over a first.

    A row is answered rightly when its difficulty (spread 1, the same for all), a method's own trouble with
    the row (spread 0.5), the luck of a draw (spread `luck`) and noise (spread 0.5) leave enough.
    """

    draws: int
    rows: int
    luck: float
    accuracies: tuple[float, ...]

    @property
    def truth(self) -> float:
        """The true accuracy, or the true gain."""
        first, *second = self.accuracies
        return second[0] - first if second else first

    def sample(self, random: np.random.Generator) -> Table:
        """Correctness of the method, or the second's minus the first's [draws, rows]."""
        difficulty = random.normal(size=self.rows)
        first, *second = (self._correctness(accuracy, difficulty, random) for accuracy in self.accuracies)
        return second[0] - first if second else first

    def _correctness(self, accuracy: float, difficulty: Table, random: np.random.Generator) -> Table:
        trouble = difficulty + 0.5 * random.normal(size=self.rows)
        luck = self.luck * random.normal(size=(self.draws, 1))
        noise = 0.5 * random.normal(size=(self.draws, self.rows))
        enough = NormalDist().inv_cdf(accuracy) * sqrt(1 + 0.25 + self.luck**2 + 0.25)
        return (enough + trouble + luck + noise > 0).astype(float)


@dataclass(frozen=True)
class Coverage:
    """The share of intervals that held the truth, and how wide they were."""

    held: float
    width_median: float
    width_95: float


WORLDS = product(((0.85,), (0.83, 0.87)), ((2, 300), (3, 300), (3, 600), (10, 300)), (0.0, 0.1, 0.2, 0.4))
SCENARIOS = (
    *(Scenario(draws, rows, luck, accuracies) for accuracies, (draws, rows), luck in WORLDS),
    Scenario(3, 300, 0.0, (0.99,)),
    Scenario(3, 300, 0.0, (0.985, 0.99)),
)


def chosen(table: Table) -> Interval:
    """Crosstask's own."""
    return crossed_interval(table)


def satterthwaite(table: Table) -> Interval:
    """One t law: the three mean squares added up, with Satterthwaite's degrees of freedom (1946)."""
    draws, rows = table.shape
    squares = mean_squares(table)
    freedoms = (draws - 1, rows - 1, (draws - 1) * (rows - 1))
    summed = max(squares[0] + squares[1] - squares[2], 1e-9)
    spread = sum(square**2 / freedom for square, freedom in zip(squares, freedoms, strict=True))
    part = Part(sqrt(summed / table.size), max(summed**2 / max(spread, 1e-18), 0.1))
    return Estimate(float(table.mean()), (part,), BOTH).interval()


def rows_alone(table: Table) -> Interval:
    """Each row's mean over the draws, as if the draws were all there are."""
    return t_interval(table.mean(axis=0))


def draws_alone(table: Table) -> Interval:
    """Student's t over the draws' means, as if the rows were all there are."""
    return t_interval(table.mean(axis=1))


def pigeonhole(table: Table) -> Interval:
    """The bootstrap of draws and of rows, both drawn anew (Owen 2007)."""
    draws, rows = table.shape
    random = np.random.default_rng(0)
    of_draws = random.multinomial(draws, np.full(draws, 1 / draws), size=400)
    of_rows = random.multinomial(rows, np.full(rows, 1 / rows), size=400)
    low, high = np.quantile(((of_draws @ table) * of_rows).sum(axis=1) / table.size, [1 - UPPER, UPPER])
    return Interval(float(table.mean()), float(low), float(high), over=BOTH)


def hierarchical(table: Table) -> Interval:
    """The draws' variance integrated out under Box and Tiao's prior: a mixture of t laws."""
    draws, rows = table.shape
    by_draws, by_rows, residual = mean_squares(table)
    chances = (np.arange(200) + 0.5) / 200
    of_draws = np.maximum(by_draws * (draws - 1) / chdtri(draws - 1, chances) - residual, 0.0)
    errors = np.sqrt((of_draws + by_rows + 1e-9) / table.size)

    def excess(half: float) -> float:
        return float(stdtr(rows - 1, half / errors).mean()) - UPPER

    half = float(brentq(excess, 0.0, 1e3 * float(errors.max())))
    mean = float(table.mean())
    return Interval(mean, mean - half, mean + half, over=BOTH)


INTERVALS: Mapping[str, Callable[[Table], Interval]] = {
    "crosstask": chosen,
    "satterthwaite": satterthwaite,
    "rows alone": rows_alone,
    "draws alone": draws_alone,
    "pigeonhole": pigeonhole,
    "hierarchical": hierarchical,
}


def coverage(scenario: Scenario, interval: Callable[[Table], Interval], replicates: int, seed: int = 0) -> Coverage:
    """Simulate `replicates` studies and count the intervals that hold the truth."""
    random = np.random.default_rng(seed)
    found = [interval(scenario.sample(random)) for _ in range(replicates)]
    low, high = np.array([(one.low, one.high) for one in found]).T
    held = (low <= scenario.truth) & (scenario.truth <= high)
    median, upper = np.quantile(high - low, [0.5, 0.95])
    return Coverage(float(held.mean()), float(median), float(upper))


def study(scenario: Scenario, replicates: int) -> dict[str, Any]:
    """Every interval's coverage in one scenario, as plain JSON."""
    found = {name: asdict(coverage(scenario, interval, replicates)) for name, interval in INTERVALS.items()}
    return {"scenario": asdict(scenario), "coverage": found}


def markdown(studies: list[dict[str, Any]]) -> str:
    """The table for the terminal: coverage, and the median width behind it."""
    lines = [f"| what | draws | rows | luck | {' | '.join(INTERVALS)} |", "|---" * (4 + len(INTERVALS)) + "|"]
    for one in studies:
        world = one["scenario"]
        what = " → ".join(f"{accuracy:g}" for accuracy in world["accuracies"])
        cells = [f"{found['held']:.3f} ({found['width_median']:.3f})" for found in one["coverage"].values()]
        lines.append(f"| {what} | {world['draws']} | {world['rows']} | {world['luck']:g} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(replicates: int = 2000) -> None:
    """Run every scenario, print the table and write the results."""
    studies = [study(scenario, replicates) for scenario in SCENARIOS]
    machine = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
    found = {"level": 0.95, "replicates": replicates, "machine": machine, "studies": studies}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(markdown(studies))


if __name__ == "__main__":
    main()
