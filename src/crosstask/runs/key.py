"""The content key of a run: equal keys mean equal results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from crosstask.versions import current_versions


def content_key(config: Mapping[str, Any], *, data: str, start: str) -> str:
    """sha256 over config, fingerprint of the data, hash of the starting weights, versions and thread count.

    The versions are those of the libraries that compute, and of the plug-ins whose methods the config names.
    """
    import torch

    facts = {
        "config": config,
        "data": data,
        "start": start,
        "versions": current_versions(config),
        "threads": torch.get_num_threads(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
