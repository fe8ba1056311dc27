"""What the card of an exported classifier says."""

from __future__ import annotations

import json
from typing import Any

from crosstask.models.exports import OneTask

LAYERS_NOTE = """\
The layers above the trunk's own, one more of an encoder and two of a decoder, are the pooling and the norm of the head,
written as layers."""


def text_pipeline(name: str, folder: str, **options: Any) -> str:
    """Python that makes the pipeline of an exported classifier, called `name`."""
    written = "".join(f", {option}={value!r}" for option, value in options.items())
    model = json.dumps(folder, ensure_ascii=False)
    made = f'pipeline("text-classification", model={model}, truncation=True{written})'
    return f"from transformers import pipeline\n\n{name} = {made}"


def sample_input(task: OneTask) -> str:
    """What such a pipeline takes: one text, or a pair."""
    return '{"text": "a text", "text_pair": "its other"}' if len(task.kind.inputs) > 1 else '"a text"'
