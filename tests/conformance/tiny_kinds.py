"""A few examples of every task kind: what the conformance tests run on. A new kind adds its own."""

from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.task import TRAIN, Example, Split

EXAMPLES = {
    "classification": [
        Example({"text": "the film was good"}, "good", 1),
        Example({"text": "awful food"}, "bad", 2),
        Example({"text": "a very nice plane"}, "good", 3),
        Example({"text": "the plane was late"}, "bad", 4),
        Example({"text": "great"}, "good", 5),
    ]
}


def learned(name: str) -> Kind:
    """The kind with the label space of its examples."""
    return KINDS.make(name).learn({TRAIN: Split(EXAMPLES[name])})
