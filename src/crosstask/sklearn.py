"""The scikit-learn estimator: fit a text classifier by fine-tuning, use it wherever an estimator goes."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from crosstask.tasks.holdout import hold_out
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.terminal import Terminal
from crosstask.ui import Silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crosstask.runs.trial import Trial
    from crosstask.serving.bundle import Bundle

_FIELDS = ("text", "text_pair")

Row = tuple[str, ...]


class CrosstaskClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A text classifier that fine-tunes a pretrained encoder.

    X holds texts: a list, array or Series of them, or an array or DataFrame of one column, or of two for pairs. Every
    parameter but the last two is an option of `crosstask.finetune`, whose other options have their defaults here.

    Args:
        model: where to start: a shelf name, a folder, a bundle or a hub name.
        tuning: what trains and how fast, such as `freeze:layers=3`.
        objective: how the task is learned, such as `head:pooling=cls`; by default a head.
        epochs: passes over the training rows; by default 3, or as many as make 60 steps.
        steps: optimizer steps, instead of epochs.
        batch_size: rows of one optimizer step.
        learning_rate: peak learning rate of the trunk.
        head_learning_rate: peak learning rate of the head; None is that of the trunk.
        max_length: cut texts to this many tokens; by default the checkpoint's own limit, 4096 at most.
        device: where to compute: auto, cpu, mps, cuda or cuda:N.
        random_state: the seed of every draw: a number, a RandomState, or None for another seed at each fit.
        verbose: whether progress and notes are shown.

    Attributes:
        classes_: the classes in the order of the columns of `predict_proba`.
        bundle_: the fitted model, a `crosstask.serving.bundle.Bundle`.
        n_features_in_: the number of text columns; `feature_names_in_` their names, where X was a DataFrame.
    """

    def __init__(  # noqa: PLR0913  # scikit-learn wants every parameter spelled out
        self,
        model: Any = "starter",
        tuning: Any = "full",
        objective: Any = None,
        *,
        epochs: float | None = None,
        steps: int | None = None,
        batch_size: int = 32,
        learning_rate: float = 5e-5,
        head_learning_rate: float | None = 1e-3,
        max_length: int | None = None,
        device: str = "auto",
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.model = model
        self.tuning = tuning
        self.objective = objective
        self.epochs = epochs
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.head_learning_rate = head_learning_rate
        self.max_length = max_length
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803  # scikit-learn's name
        """Fine-tune on texts X with classes y, [rows]; a tenth of 200 rows or more is held out to stop by."""
        table, y = validate_data(self, _columns(X), y, dtype=None)
        check_classification_targets(y)
        self.classes_, targets = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} needs at least two classes, found 1 class in y")
        self.bundle_ = self._fitted(self._task(self._rows(table), targets))
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Probabilities [rows, classes]."""
        check_is_fitted(self)
        table = validate_data(self, _columns(X), reset=False, dtype=None)
        return self.bundle_.predict_proba(self._rows(table))

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """The most probable class of each row, [rows]."""
        probabilities = self.predict_proba(X)
        classes: np.ndarray = self.classes_[probabilities.argmax(axis=1)]
        return classes

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def _rows(self, table: np.ndarray) -> list[Row]:
        """The texts of each row; ValueError where the table [rows, columns] holds anything else."""
        if table.shape[1] > len(_FIELDS):
            raise ValueError(f"X has {table.shape[1]} columns where one or two columns of texts are expected")
        for number, cell in enumerate(table.flat):
            if not isinstance(cell, str) or not cell.strip():
                found = "an empty text" if isinstance(cell, str) else f"a {type(cell).__name__}"
                raise ValueError(f"row {number // table.shape[1]} of X holds {found} where a text is expected")
        return [tuple(map(str, row)) for row in table]

    def _task(self, rows: Sequence[Row], targets: np.ndarray) -> Task:
        labels = tuple(map(str, self.classes_))
        pair = _FIELDS[1] if len(rows[0]) == 2 else None
        kind = Classification(text=_FIELDS[0], text_pair=pair, label="label", labels=labels)
        examples = [
            Example(dict(zip(kind.inputs, row, strict=True)), labels[target], number)
            for number, (row, target) in enumerate(zip(rows, targets, strict=True), start=1)
        ]
        return Task("task", kind, {TRAIN: Split(examples)})

    def _fitted(self, task: Task) -> Bundle:
        from crosstask.models.bundle_record import BundleRecord
        from crosstask.serving.bundle import Bundle
        from crosstask.serving.learned import LearnedTask

        trial = self._trial(task)
        trained = trial.train(self._ui())
        learned = LearnedTask(trained.task.with_splits(), trained.objective, trained.fitted)
        return Bundle(None, BundleRecord(seeds=(trial.seed,)), {task.name: learned}, trained.model, trial.runtime)

    def _trial(self, task: Task) -> Trial:
        from crosstask.runs.options import TrainingOptions
        from crosstask.runs.start import load_start
        from crosstask.runs.trial import Trial
        from crosstask.training.runtime import Runtime

        seed = self._seed()
        options = TrainingOptions(**{name: getattr(self, name) for name in self._options()})
        start = load_start(self.model, max_length=self.max_length, ui=self._ui())
        start.check_labels(task, self._ui())
        return Trial(hold_out(task, seed), start, options, Runtime.make(self.device), seed)

    def _options(self) -> list[str]:
        """The parameters that are options of the training."""
        training = ("epochs", "steps", "batch_size", "learning_rate", "head_learning_rate", "max_length")
        return ["tuning", "objective", *training]

    def _seed(self) -> int:
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _ui(self) -> Terminal | Silent:
        return Terminal() if self.verbose else Silent()


def _columns(X: Any) -> Any:  # noqa: N803
    """X [rows, columns], where X may also be texts [rows]; anything else is left to scikit-learn's own checks."""
    given = np.asarray(X, dtype=object) if isinstance(X, list | tuple) else X  # numpy would write NaN as a text
    texts = np.asarray(given)
    return texts[:, None] if texts.ndim == 1 and texts.dtype.kind in "OU" else given
