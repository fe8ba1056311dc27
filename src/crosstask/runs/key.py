"""The content key of a run: equal keys mean equal results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

_PACKAGES = ("crosstask", "torch", "transformers", "tokenizers")


def content_key(config: Mapping[str, Any], *, data: str, start: str) -> str:
    """sha256 over config, fingerprint of the data, hash of the starting weights, versions and thread count."""
    import torch

    facts = {
        "config": config,
        "data": data,
        "start": start,
        "versions": {package: version(package) for package in _PACKAGES},
        "threads": torch.get_num_threads(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
