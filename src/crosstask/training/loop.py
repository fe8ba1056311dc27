"""The one training loop: a generator that yields after each optimizer step."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import torch
from torch import Tensor

from crosstask.errors import InputError
from crosstask.models.model import MultiTaskModel
from crosstask.objectives import Batch
from crosstask.training.balancers import Balancer
from crosstask.training.balancers.uniform import Uniform
from crosstask.training.batches import BatchPlan, cheapest_parts
from crosstask.training.checkpoint import under
from crosstask.training.lesson import Lesson
from crosstask.training.loss_term import LossTerm
from crosstask.training.optimizer import make_optimizer, moments, set_moments, trainable
from crosstask.training.phase import Phase
from crosstask.training.randomness import torch_draws
from crosstask.training.runtime import OutOfMemory, Runtime, memory_told

_SCALER = ("scale", "_growth_tracker")  # what changes of a gradient scaler's state


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one optimizer step did.

    `loss` is the rows' mean, `learning_rate` the trunk's; `tokens` are useful ones, `padded` those computed on. Where
    the device lacked memory, `parts_of` is the most tokens that a part of this step and of those to come may have.
    """

    step: int
    phase: str
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    padded: int
    seconds: float
    parts_of: int | None = None


@dataclass
class Training:
    """A run under way: what is fixed, and all the state that changes (model, optimizer, step).

    `for report in training: ...` trains; `state()` at any yield and `load_state()` on a fresh `Training` of the same
    making continue bit-identically on one machine.
    """

    model: MultiTaskModel
    phases: Sequence[Phase]
    runtime: Runtime
    seed: int = 0
    balancer: Balancer = field(default_factory=Uniform)
    terms: Sequence[LossTerm] = ()
    step: int = 0
    optimizer: torch.optim.Optimizer | None = field(default=None, init=False)
    _moments: dict[str, Tensor] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.scaler = self.runtime.scaler()
        self._moving = self._attach()

    @property
    def steps(self) -> int:
        """Optimizer steps of all phases together."""
        return sum(phase.steps for phase in self.phases)

    def __iter__(self) -> Iterator[StepReport]:
        """Train from the present step to the last, yielding after each."""
        start = 0
        for phase in self.phases:
            if self.step < start + phase.steps:
                yield from self._run(phase, start)
            start += phase.steps

    def weights(self) -> dict[str, Tensor]:
        """The parameters that any of the phases trains, by name."""
        parameters = dict(self.model.named_parameters())
        return {name: parameters[name].detach() for name in self._moving}

    def state(self) -> dict[str, Tensor]:
        """Everything that has changed since the start, as named tensors."""
        optimizer = {} if self.optimizer is None else moments(self.model, self.optimizer)
        scaler = {name: value for name, value in self.scaler.state_dict().items() if name in _SCALER}
        return {
            **{f"model/{name}": value for name, value in self.weights().items()},
            **{f"optimizer/{name}": value for name, value in optimizer.items()},
            **{f"scaler/{name}": torch.tensor(value) for name, value in scaler.items()},
        }

    def load_state(self, step: int, tensors: dict[str, Tensor]) -> None:
        """Take up a run after `step`, from what `state()` gave then."""
        self.step = step
        weights = self.weights()
        for name, value in under("model/", tensors).items():
            weights[name].copy_(value)
        self._moments = under("optimizer/", tensors)
        scaler = {name: value.item() for name, value in under("scaler/", tensors).items()}
        self.scaler.load_state_dict({**self.scaler.state_dict(), **scaler})

    def _attach(self) -> list[str]:
        """Attach the tuning of every phase, so that the model has all its parts; the names of what will train."""
        names: dict[str, Tensor] = {}
        for phase in self.phases:
            with torch_draws(self.seed, 0, "parts", self.runtime.device):
                phase.tuning.attach(self.model)
            names |= trainable(self.model)
        return list(names)

    def _run(self, phase: Phase, start: int) -> Iterator[StepReport]:
        phase.tuning.attach(self.model)
        self.model.train()
        self.optimizer = make_optimizer(self.model, phase.tuning, phase.rates)
        if self.step > start:  # what the phase before left is not this one's
            set_moments(self.model, self.optimizer, self._moments)
        self._moments = {}
        stream = _Stream(phase, self.seed, self.step - start, self.runtime.pass_cost)
        for place in range(self.step - start, phase.steps):
            if not self.model.training:
                self.model.train()
            yield self._fitting_step(phase, place, stream)

    def _fitting_step(self, phase: Phase, place: int, stream: _Stream) -> StepReport:
        """One step; where the device has not enough memory for it, the same one in smaller parts."""
        lesson, rows = stream.take(place)
        parts_of = None
        while True:
            batches = stream.parts(lesson, rows)
            try:
                with memory_told("micro_tokens", "Lower --micro-tokens."):
                    return replace(self._take_step(phase, place, batches), parts_of=parts_of)
            except OutOfMemory:
                if not stream.halve(batches):
                    raise
                parts_of = stream.micro_tokens

    def _take_step(self, phase: Phase, place: int, batches: Sequence[tuple[Lesson, Batch]]) -> StepReport:
        began = time.perf_counter()
        optimizer = cast("torch.optim.Optimizer", self.optimizer)
        factor = phase.rates.schedule.factor(place, phase.steps)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        optimizer.zero_grad(set_to_none=True)
        with torch_draws(self.seed, self.step, "dropout", self.runtime.device):
            loss = self._backward(batches)
        norm = self._update(optimizer, phase.rates.clip)
        self.step += 1
        return StepReport(
            step=self.step,
            phase=phase.name,
            loss=loss,
            learning_rate=phase.rates.learning_rate * factor,
            gradient_norm=norm,
            tokens=sum(int(batch.tokens.mask.sum()) for _, batch in batches),
            padded=sum(batch.tokens.mask.numel() for _, batch in batches),
            seconds=time.perf_counter() - began,
        )

    def _backward(self, batches: Sequence[tuple[Lesson, Batch]]) -> float:
        """Gradients of the whole effective batch; its mean loss."""
        totals: Counter[str] = Counter()
        for lesson, batch in batches:
            totals[lesson.task.name] += float(batch.weights.sum())  # type: ignore[assignment]  # Counter of floats
        losses = [self._micro_step(lesson, batch, totals[lesson.task.name]) for lesson, batch in batches]
        self.balancer.combine(trainable(self.model))
        loss = float(torch.stack(losses).sum())
        if not math.isfinite(loss):
            raise InputError(f"the loss is no number at step {self.step + 1}", mend="Lower --learning-rate.")
        return loss

    def _micro_step(self, lesson: Lesson, batch: Batch, total: float) -> Tensor:
        name = lesson.task.name
        share = float(batch.weights.sum()) / total
        batch = batch.to(self.runtime.device)
        with self.runtime.autocast():
            outputs = self.model(name, batch.tokens)
        loss = lesson.objective.loss(outputs, batch) / total
        for term in self.terms:
            loss = loss + share * term(self.model, name, batch, outputs)
        self.balancer.accumulate(name, self.scaler.scale(loss))
        return loss.detach()

    def _update(self, optimizer: torch.optim.Optimizer, clip: float) -> float:
        self.scaler.unscale_(optimizer)
        norm = torch.nn.utils.clip_grad_norm_(trainable(self.model).values(), clip)
        self.scaler.step(optimizer)
        self.scaler.update()
        return float(norm)


class _Stream:
    """The batches of a phase: which task a step trains on, and which of its rows."""

    def __init__(self, phase: Phase, seed: int, place: int, pass_cost: int) -> None:
        self.phase = phase
        self.pass_cost = pass_cost
        self.micro_tokens = phase.micro_tokens
        self.plans = {
            name: BatchPlan(lesson.lengths, phase.batch_size, seed, f"{phase.name}/{name}")
            for name, lesson in phase.lessons.items()
        }
        self.taken = Counter(phase.mixture.task_at(earlier).name for earlier in range(place))

    def take(self, place: int) -> tuple[Lesson, np.ndarray]:
        """The task of step `place` and the rows of its effective batch; steps are taken in order."""
        name = self.phase.mixture.task_at(place).name
        lesson, rows = self.phase.lessons[name], self.plans[name].batch(self.taken[name])
        self.taken[name] += 1
        return lesson, rows

    def parts(self, lesson: Lesson, rows: np.ndarray) -> list[tuple[Lesson, Batch]]:
        """The micro-batches of an effective batch."""
        parts = cheapest_parts(rows, lesson.lengths, self.micro_tokens, self.pass_cost)
        return [(lesson, lesson.batch(part)) for part in parts]

    def halve(self, batches: Sequence[tuple[Lesson, Batch]]) -> bool:
        """Let several rows together have half of their most tokens here; False where there are but single rows."""
        together = [batch.tokens.mask.numel() for _, batch in batches if len(batch.weights) > 1]
        if together:
            self.micro_tokens = max(together) // 2
        return bool(together)
