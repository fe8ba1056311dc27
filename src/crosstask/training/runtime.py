"""The runtime: device, precision and gradient scaling behind one small value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
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
            precision = "bf16" if _multiplies_bf16(chosen) else "fp32"
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


class OutOfMemory(ConfigError):
    """The device has not enough memory."""


@contextmanager
def memory_told(field: str, mend: str) -> Iterator[None]:
    """Turn a GPU's lack of memory into one line, `OutOfMemory`: the option that is too large, and the mend."""
    try:
        yield
    except RuntimeError as error:
        if not _lacks_memory(error):
            raise
        raise OutOfMemory("the device has not enough memory", field=field, mend=mend) from None


def _lacks_memory(error: RuntimeError) -> bool:
    """Whether a GPU ran out of memory; an Apple one has no error class of its own for it."""
    return isinstance(error, torch.OutOfMemoryError) or "MPS backend out of memory" in str(error)


def _multiplies_bf16(device: torch.device) -> bool:
    """Whether the device has bf16 of its own; by emulation it is slower than float32."""
    if device.type != "cuda":
        return False
    with torch.cuda.device(device):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        message = f"no device is called '{name}'"
        raise ConfigError(message, field="device", mend="Use auto, cpu, cuda or cuda:0.") from None
    _check_there(device)
    return device


def _check_there(device: torch.device) -> None:
    counts = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }
    count = counts.get(device.type)
    if count is None:
        mend = "Use auto, cpu, cuda, cuda:0 or mps."
        raise ConfigError(f"torch's '{device.type}' is not supported", field="device", mend=mend)
    if count == 0:
        what = f"this machine has no GPU that torch can use as {device.type}"
        raise ConfigError(what, field="device", mend="Use --device cpu.")
    if (device.index or 0) >= count:
        what = f"there is no '{device}', as the last one is {device.type}:{count - 1}"
        raise ConfigError(what, field="device", mend=f"Use --device {device.type}:{count - 1}.")
