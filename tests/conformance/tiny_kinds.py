"""A few examples of every task kind: what the conformance tests run on. A new kind adds its own."""

from crosstask.tasks.answers import Answer
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.task import TRAIN, Example, Split

EXAMPLES = {
    "span": [
        Example({"question": "was the food good", "context": "the food was very good"}, (Answer("very good", 13),), 1),
        Example(
            {"question": "was it late", "context": "the plane is late"}, (Answer("late", 13), Answer("is late", 10)), 2
        ),
        Example({"question": "was it bad", "context": "a nice film"}, (), 3),
    ],
    "tagging": [
        Example({"tokens": ("the", "film", "was", "good")}, ("O", "B-THING", "O", "B-VIEW"), 1),
        Example({"tokens": ("a", "very", "nice", "plane", "!")}, ("O", "B-VIEW", "I-VIEW", "B-THING", "O"), 2),
        Example({"tokens": ("late",)}, ("B-VIEW",), 3),
        Example({"tokens": ("was", "it")}, ("O", "O"), 4),
    ],
    "classification": [
        Example({"text": "the film was good"}, "good", 1),
        Example({"text": "awful food"}, "bad", 2),
        Example({"text": "a very nice plane"}, "good", 3),
        Example({"text": "the plane was late"}, "bad", 4),
        Example({"text": "great"}, "good", 5),
    ],
    "generation": [
        Example({"source": "a film, a good one"}, ("a good film",), 1),
        Example({"source": "food: awful"}, ("awful food", "bad food"), 2),
        Example({"source": "the plane was late, and it rained"}, ("the plane was late",), 3),
    ],
    "multi_label": [
        Example({"text": "the film was good and the food bad"}, ("film", "food"), 1),
        Example({"text": "awful food"}, ("food",), 2),
        Example({"text": "very nice"}, (), 3),
        Example({"text": "the plane was late"}, ("plane",), 4),
        Example({"text": "a great film"}, ("film",), 5),
    ],
    "regression": [
        Example({"text": "the film was good"}, 3.5, 1),
        Example({"text": "awful food"}, -2.0, 2),
        Example({"text": "a very nice plane"}, 4.25, 3),
        Example({"text": "the plane was late"}, 0.5, 4),
        Example({"text": "great"}, 4.0, 5),
    ],
}


def learned(name: str) -> Kind:
    """The kind with the label space of its examples."""
    return KINDS.make(name).learn({TRAIN: Split(EXAMPLES[name])})
