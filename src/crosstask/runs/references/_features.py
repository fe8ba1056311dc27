"""What the references read of texts: TF-IDF vectors, and states of the frozen trunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crosstask.models.heads.pooled import PooledHead
from crosstask.models.model import MultiTaskModel
from crosstask.objectives import objective_for
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Example, Task
from crosstask.tasks.words import IDEOGRAPHS
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson

if TYPE_CHECKING:
    from crosstask.runs.trial import Trial

_WORD = rf"[{IDEOGRAPHS}]|[^\W{IDEOGRAPHS}]{{2,}}"  # scikit-learn's own for scripts with spaces


def vectorizer() -> Any:
    """TF-IDF of words and word pairs, scikit-learn's defaults, to be fitted; of Chinese each character is a word."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), token_pattern=_WORD)


def joined(rows: Sequence[Example]) -> list[str]:
    """The texts of each row as one."""
    return [" ".join(row.texts) for row in rows]


def states(trial: Trial, texts: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """Mean states of the trial's trunk as it stands, of rows of one text or of two read together, [rows, width].

    The start keeps the last two: every draw has train rows of its own, and asks for the same test rows.
    """
    return trial.start.states.of((trial.runtime, *texts), lambda: _read(trial, texts))


def _read(trial: Trial, texts: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    trunk, task = trial.start.trunk, Task("probe", Classification())
    examples = [Example(dict(zip(task.kind.fields, row, strict=False))) for row in texts]
    model = MultiTaskModel(trunk, {task.name: PooledHead(trunk.width)}).to(trial.runtime.device)
    lesson = Lesson.of_examples(task, examples, objective_for(task.kind, "head"), trunk.text)
    return np.asarray(outputs(model, lesson, trial.runtime).mean(), dtype=np.float64)
