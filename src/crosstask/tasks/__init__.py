"""Tasks: examples with a kind and a label space, read from files, samples or data in Python."""

from crosstask.tasks.source import open_task, read_inputs
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Split, Task

__all__ = ["TEST", "TRAIN", "VALIDATION", "Example", "Split", "Task", "open_task", "read_inputs"]
