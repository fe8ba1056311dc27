"""The options of a training run, shared by every verb that trains."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from crosstask.choices import choice, choice_by_kind
from crosstask.errors import ConfigError
from crosstask.method import Method
from crosstask.training.rates import Rates
from crosstask.training.schedule import Decay, Schedule

_EPOCHS = 3
_LEAST_STEPS = 60


class TrainingOptions(Method):
    """How to train: tuning, objective, rates, length. Every field has the default that a run writes back."""

    tuning: Annotated[Any, choice("crosstask.models.tuning:TUNINGS")] = "full"
    """What trains and how fast; options stand behind a colon, as in freeze:layers=3."""
    objective: Annotated[Any, choice_by_kind("crosstask.objectives:OBJECTIVES")] = None
    """How the task is learned, with options, such as head:pooling=cls; by default a head, or lm to generate text."""
    labels_per_class: Annotated[int | None, Field(ge=1)] = None
    """Use only this many labelled rows of each class, drawn by the seed; smaller draws are part of larger ones."""
    rows: Annotated[int | None, Field(ge=1)] = None
    """Use only this many train rows of any label, drawn by the seed; smaller draws are part of larger ones."""
    epochs: Annotated[float | None, Field(gt=0)] = None
    """Passes over the training rows; by default 3, or as many as make 60 steps."""
    steps: Annotated[int | None, Field(ge=0)] = None
    """Optimizer steps, instead of epochs; 0 takes the model as it is, as a label likelihood can be asked."""
    batch_size: Annotated[int, Field(ge=1)] = 32
    """Rows of one optimizer step."""
    micro_tokens: Annotated[int, Field(ge=1)] = 4096
    """Most padded tokens in one forward pass; a step of more is computed in parts, equal but for dropout's draws."""
    learning_rate: Annotated[float, Field(gt=0)] = 5e-5
    """Peak learning rate of the trunk."""
    head_learning_rate: Annotated[float | None, Field(gt=0)] = 1e-3
    """Peak learning rate of the head."""
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the steps in which the rate climbs."""
    decay: Decay = "linear"
    """How the rate falls after the warm-up."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """AdamW's weight decay, on weight matrices only."""
    clip: Annotated[float, Field(gt=0)] = 1.0
    """Largest gradient norm."""
    patience: Annotated[int, Field(ge=1)] = 3
    """Stop after this many validation scores without a better one."""
    max_length: Annotated[int | None, Field(ge=8)] = None
    """Cut texts to this many tokens; by default the checkpoint's own limit, 4096 at most."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """Number format of matrix products; auto is bf16 on GPUs that have it, fp32 elsewhere."""
    save_seconds: Annotated[float, Field(ge=0)] = 60.0
    """Save a checkpoint about this often; the result does not depend on it."""
    tensorboard: Path | None = None
    """A folder for TensorBoard: loss, rate and scores as curves."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        for one, other in (("epochs", "steps"), ("labels_per_class", "rows")):
            if getattr(self, one) is not None and getattr(self, other) is not None:
                raise ConfigError(f"both {one} and {other} are given", field=other, mend="Give one of them.")
        return self

    @property
    def rates(self) -> Rates:
        """The optimizer's numbers among the options."""
        return Rates(
            learning_rate=self.learning_rate,
            head_learning_rate=self.head_learning_rate,
            weight_decay=self.weight_decay,
            clip=self.clip,
            schedule=Schedule(self.warmup, self.decay),
        )

    def steps_for(self, rows: int) -> int:
        """Optimizer steps for this many training rows, windows of long texts counted one by one.

        >>> TrainingOptions(batch_size=16).steps_for(32), TrainingOptions(epochs=10, batch_size=16).steps_for(32)
        (60, 20)
        """
        if self.steps is not None:
            return self.steps
        batches = math.ceil(rows / self.batch_size)
        if self.epochs is None:
            return max(_EPOCHS * batches, _LEAST_STEPS)
        return max(1, round(self.epochs * batches))
