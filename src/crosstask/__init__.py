"""Cross-task learning and transfer with language models.

Every verb of the command line is a function here, with the same names and defaults: `crosstask.finetune(...)`.
Beside them stand `load`, which opens a bundle, `Task` and `open_task`, and the root of all errors, `CrosstaskError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosstask.errors import CrosstaskError as CrosstaskError
    from crosstask.serving.bundle import load as load
    from crosstask.tasks import open_task as open_task
    from crosstask.tasks.task import Task as Task

__version__ = "0.1.0"

_PLACES = {
    "load": "crosstask.serving.bundle",
    "Task": "crosstask.tasks.task",
    "open_task": "crosstask.tasks",
    "CrosstaskError": "crosstask.errors",
}


def __getattr__(name: str) -> Any:
    """The name from its room, or the verb's function; nothing is imported before it is asked for."""
    from importlib import import_module

    if name == "__all__":
        return __dir__()
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    from crosstask.steps import STEPS

    if name not in STEPS.names():
        raise AttributeError(f"module 'crosstask' has no attribute '{name}'")
    from crosstask.door import function

    globals()[name] = made = function(STEPS.get(name))
    return made


def __dir__() -> list[str]:
    from crosstask.steps import STEPS

    return sorted([*_PLACES, *STEPS.names()])
