"""What a module is, as one hash: equal for equal weights."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import torch
from torch import nn


def content_hash(module: nn.Module, facts: Any) -> str:
    """sha256 over the module's parameters and buffers as they are now, and over plain `facts` that go with them."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode())
    for name, weight in sorted(module.state_dict().items()):
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
        digest.update(weight.cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()
