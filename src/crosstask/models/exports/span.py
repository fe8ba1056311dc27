"""Extractive question answering as `AutoModelForQuestionAnswering`: where the answer starts and ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from crosstask.models.exports import Exported, Exporter, OneTask
from crosstask.models.heads.per_token import PerTokenHead
from crosstask.models.native_tokens import native_tokens
from crosstask.models.prompts import token_ids
from crosstask.models.text_encoder import TextEncoder

if TYPE_CHECKING:
    from crosstask.tasks.kinds import span

_EXAMPLE = """import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

model = AutoModelForQuestionAnswering.from_pretrained({folder})
tokenizer = AutoTokenizer.from_pretrained({folder})
question, context = "a question", "a text that holds its answer"

read = tokenizer(question, context, truncation="only_second", return_offsets_mapping=True, return_tensors="pt")
places = read.pop("offset_mapping")[0].tolist()
outside = torch.tensor([text != 1 for text in read.sequence_ids(0)])
{prefix}with torch.inference_mode():
    found = model(**read)
starts = found.start_logits[0].masked_fill(outside, -torch.inf)
ends = found.end_logits[0].masked_fill(outside, -torch.inf)
near = torch.ones(len(places), len(places)).triu().tril({longest} - 1).log()  # an end at most so far behind its start
scores = starts[:, None] + ends + near
first, last = divmod(int(scores.argmax()), len(places))
answer = context[places[first][0] : places[last][1]].strip()
{nowhere}print(answer)
"""
_PREFIX = "outside[(~outside).nonzero()[:{tokens}]] = True  # the prefix that the tokenizer sets before each text\n"
_NOWHERE = """if found.start_logits[0, 0] + found.end_logits[0, 0] > scores.max():
    answer = ""  # the text does not hold it
"""
_LONG = (
    "The example reads the first {limit} tokens of question and text together; the bundle reads long texts in windows."
)


class Span(Exporter):
    """The head is transformers' own, which has no pipeline for it: the card says how to read its outputs."""

    reads = PerTokenHead

    def export(self, task: OneTask, folder: str) -> Exported:
        """A model of two outputs a token."""
        head = task.head(PerTokenHead)
        model = native_tokens(task.trunk, head, "AutoModelForQuestionAnswering", ("start", "end"))
        example = _EXAMPLE.format(
            folder=json.dumps(folder, ensure_ascii=False),
            longest=task.objective["longest"],
            prefix=_prefix(task.trunk.text),
            nowhere=_NOWHERE if cast("span.Span", task.kind).no_answers else "",
        )
        notes = (_LONG.format(limit=task.trunk.text.max_length),)
        return Exported(model, "AutoModelForQuestionAnswering", example, notes)


def _prefix(text: TextEncoder) -> str:
    tokens = token_ids(text, [text.prefix])[0] if text.prefix else []
    return _PREFIX.format(tokens=len(tokens)) if tokens else ""
