"""TensorBoard: the journal's numbers as curves, for those who ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from crosstask.errors import ConfigError
from crosstask.training.journal import Watch


@contextmanager
def tensorboard(folder: Path) -> Iterator[Watch]:
    """While open, a journal's rows are written into `folder` as scalars by step, each call a run file of its own.

    Of earlier files, what is there from the first of these steps on is void: a run that goes on takes them once more.
    ConfigError where the package tensorboard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        message = "the package tensorboard is not installed"
        raise ConfigError(message, field="tensorboard", mend="Run: pip install tensorboard.") from None
    with ExitStack() as stack:
        writer: SummaryWriter | None = None

        def write(row: Mapping[str, Any]) -> None:
            nonlocal writer
            if writer is None:
                writer = stack.enter_context(SummaryWriter(str(folder), purge_step=row["step"]))
            for name, value in row.items():
                if name != "step" and isinstance(value, int | float):
                    writer.add_scalar(name, value, row["step"])

        yield write
