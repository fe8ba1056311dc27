"""The runtime: device, precision and gradient scaling behind one small value."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from crosstask.errors import ConfigError

_TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Runtime:
    """Where tensors live and how precisely they are multiplied; the loop does not branch on either."""

    device: torch.device
    precision: str

    @classmethod
    def make(cls, device: str = "auto", precision: str = "auto") -> Runtime:
        """A runtime from names: device auto, cpu, cuda, cuda:1, mps; precision auto, fp32, bf16, fp16.

        `auto` takes the first GPU where there is one, and bf16 there where the GPU has it; else float32.
        """
        chosen = _device(device)
        if precision == "auto":
            precision = "bf16" if chosen.type == "cuda" and torch.cuda.is_bf16_supported() else "fp32"
        if precision not in _TYPES:
            raise ConfigError(f"no precision is called '{precision}'", mend=f"Use auto, {', '.join(_TYPES)}.")
        if precision == "fp16" and chosen.type == "cpu":
            raise ConfigError("fp16 trains on a GPU only", field="precision", mend="Use fp32 or bf16 on a CPU.")
        return cls(chosen, precision)

    @property
    def pass_cost(self) -> int:
        """What one more forward and backward pass costs, in tokens: little on a CPU; a GPU is faster in one go."""
        return 64 if self.device.type == "cpu" else 4096

    def autocast(self) -> AbstractContextManager[object]:
        """The context in which the model runs: mixed precision, or nothing in float32."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=_TYPES[self.precision])

    def scaler(self) -> torch.amp.GradScaler:
        """A fresh gradient scaler, which does nothing but in float16."""
        return torch.amp.GradScaler(self.device.type, enabled=self.precision == "fp16")


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        message = f"no device is called '{name}'"
        raise ConfigError(message, field="device", mend="Use auto, cpu, cuda or cuda:0.") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ConfigError("this machine has no GPU that torch can use", field="device", mend="Use --device cpu.")
    return device
