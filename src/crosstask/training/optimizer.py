"""The optimizer: AdamW over the trainable parameters, grouped by learning rate and decay."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor, nn

from crosstask.models.model import MultiTaskModel
from crosstask.models.tuning import Tuning
from crosstask.training.rates import Rates


def make_optimizer(model: MultiTaskModel, tuning: Tuning, rates: Rates) -> torch.optim.AdamW:
    """AdamW; each group carries its peak rate as `peak`. Biases, norms and embedding tables do not decay."""
    embeddings = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    groups: defaultdict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    for name, parameter in trainable(model).items():
        decays = parameter.ndim > 1 and id(parameter) not in embeddings and "embeddings" not in name
        groups[_peak(name, tuning, rates), rates.weight_decay if decays else 0.0].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "peak": peak, "lr": peak, "weight_decay": decay}
            for (peak, decay), parameters in groups.items()
        ],
        fused=True,
    )


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that train, by name."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def moments(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state as named tensors, for a checkpoint."""
    return {
        f"{name}/{key}": value
        for name, parameter in trainable(model).items()
        for key, value in optimizer.state.get(parameter, {}).items()
    }


def set_moments(model: nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `moments` gave."""
    parameters = trainable(model)
    for path, value in tensors.items():
        name, _, key = path.rpartition("/")
        state: dict[str, Any] = optimizer.state[parameters[name]]
        state[key] = value.to(parameters[name].device)


def _peak(name: str, tuning: Tuning, rates: Rates) -> float:
    head_rate = rates.head_learning_rate or rates.learning_rate
    return tuning.rate(name) * (head_rate if name.startswith("heads.") else rates.learning_rate)
