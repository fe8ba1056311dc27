"""Bundles of random weights for tests that need one on disk."""

from collections.abc import Mapping
from pathlib import Path

import torch

from crosstask.models.bundle import write_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import objective_for
from crosstask.tasks.description import describe
from crosstask.tasks.kind import Kind
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Task

REVIEWS = Classification(text="text", label="label", labels=("bad", "good"))
PAIRS = Classification(text="premise", text_pair="hypothesis", label="label", labels=("no", "maybe", "yes"))


def random_bundle(
    checkpoint: Path, folder: Path, kinds: Mapping[str, Kind], temperature: float = 1.0, way: str | None = None
) -> Path:
    """A bundle in `folder` with an untrained head for each kind, by task name; the same one each time."""
    trunk = load_trunk(checkpoint)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        heads = {name: objective_for(kind, way).head(kind, trunk) for name, kind in kinds.items()}
    for head in heads.values():
        for weight in head.parameters():
            weight.data.mul_(20)
    tasks = {
        name: {
            "task": describe(Task(name, kind)),
            "objective": objective_for(kind, way).config(),
            "fitted": {"temperature": temperature},
        }
        for name, kind in kinds.items()
    }
    write_bundle(folder, MultiTaskModel(trunk, heads), tasks, BundleRecord(), "# a bundle\n")
    return folder
