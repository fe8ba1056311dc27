"""Scores that were predicted beside the right ones, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.interval import Interval
from crosstask.evidence.rank_correlation import spearman_interval
from crosstask.evidence.row_bootstrap import bootstrap_rows, ratio

Numbers = NDArray[np.float64]

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NOTHING = 1e-12  # the variance of standardised values that do not vary, after rounding


@dataclass(frozen=True, eq=False)
class Residuals:
    """Right and predicted scores, each [rows]."""

    true: Numbers
    predicted: Numbers

    @classmethod
    def of(cls, true: Sequence[float], predicted: Sequence[float]) -> Residuals:
        """From scores in the same order, at least one row."""
        return cls(np.asarray(true, dtype=np.float64), np.asarray(predicted, dtype=np.float64))

    def metrics(self, seed: int) -> dict[str, Interval]:
        """Both correlations, 0 where a side does not vary, and both errors; all but Spearman's by bootstrap."""
        errors = self.predicted - self.true
        return {
            "pearson": bootstrap_rows(moments(self.true, self.predicted), pearson, within=(-1.0, 1.0), seed=seed),
            "spearman": spearman_interval(self._spearman(), errors.size),
            "mae": bootstrap_rows(_counted(np.abs(errors)), _mean, within=None, seed=seed),
            "rmse": bootstrap_rows(_counted(errors**2), lambda sums: np.sqrt(_mean(sums)), within=None, seed=seed),
        }

    def table(self) -> list[tuple[str, Any]]:
        """Quantiles of the predicted minus the right score."""
        found = np.quantile(self.predicted - self.true, _QUANTILES).tolist()
        rows = [(f"{quantile:.0%}", value) for quantile, value in zip(_QUANTILES, found, strict=True)]
        return [("quantile", "predicted - right"), *rows]

    def _spearman(self) -> float:
        from scipy.stats import rankdata

        return float(pearson(moments(rankdata(self.true), rankdata(self.predicted)).sum(axis=0)))


def moments(one: Numbers, other: Numbers) -> Numbers:
    """What each row adds to the sums that a correlation follows from [rows, 6], of standardised values [rows] each."""
    x, y = _standardised(one), _standardised(other)
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)


def pearson(sums: Numbers) -> Numbers:
    """Pearson's correlation from the sums of `moments` [..., 6] -> [...]; 0 where a side does not vary."""
    _, x, y, xx, yy, xy = np.moveaxis(sums / sums[..., :1], -1, 0)
    spread = (xx - x**2) * (yy - y**2)
    return np.clip(ratio(xy - x * y, np.sqrt(np.where(spread > _NOTHING, spread, 0.0))), -1.0, 1.0)


def _standardised(values: Numbers) -> Numbers:
    """Mean 0 and variance 1, against rounding; all 0 where they do not vary."""
    spread = values.std() if np.ptp(values) > 0 else 0.0
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def _counted(values: Numbers) -> Numbers:
    return np.stack([values, np.ones_like(values)], axis=1)


def _mean(sums: Numbers) -> Numbers:
    return ratio(sums[..., 0], sums[..., 1])
