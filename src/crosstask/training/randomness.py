"""Random draws that depend on (seed, step, purpose) alone, so that a resumed run replays nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def derived_seed(seed: int, step: int, purpose: str) -> int:
    """A 63-bit seed, the same on every machine."""
    digest = hashlib.blake2b(f"{seed}/{step}/{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def numpy_generator(seed: int, step: int, purpose: str) -> np.random.Generator:
    """A numpy generator for one draw."""
    return np.random.default_rng(derived_seed(seed, step, purpose))


@contextmanager
def torch_draws(seed: int, step: int, purpose: str, device: torch.device) -> Iterator[None]:
    """Torch's draws inside (dropout, first weights) follow (seed, step, purpose); the caller's state comes back."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(derived_seed(seed, step, purpose))
        yield
