"""A tagger as `AutoModelForTokenClassification`: the logits of each token."""

from __future__ import annotations

import json

from crosstask.models.exports import Exported, Exporter, OneTask
from crosstask.models.heads.per_token import PerTokenHead
from crosstask.models.native_tokens import native_tokens
from crosstask.models.text_encoder import TextEncoder

_EXAMPLE = """from transformers import pipeline

tag = pipeline("token-classification", model={folder}, aggregation_strategy="first", stride={stride})
for found in tag("a text"):
    print(found["entity_group"], found["start"], found["end"], found["score"])
"""
_WORDS = """\
Its tokenizer does not mark the inside of words, so that pipeline takes what stands between spaces for one word: in a
language without spaces, choose `aggregation_strategy="simple"`."""


class Tagging(Exporter):
    """The head is transformers' own; the first token of a word tells its tag, as in the bundle."""

    reads = PerTokenHead

    def export(self, task: OneTask, folder: str) -> Exported:
        """A token classifier with the tags' names; its example reads long texts in windows."""
        model = native_tokens(task.trunk, task.head(PerTokenHead), "AutoModelForTokenClassification", task.kind.space)
        text = task.trunk.text
        room = text.max_length - text.tokenizer.num_special_tokens_to_add()
        stride = min(task.objective.get("overlap", 0), room // 2)
        example = _EXAMPLE.format(folder=json.dumps(folder, ensure_ascii=False), stride=stride)
        return Exported(model, "AutoModelForTokenClassification", example, () if _marks_words(text) else (_WORDS,))


def _marks_words(text: TextEncoder) -> bool:
    """Whether tokens inside of words look unlike those that begin them, which transformers' pipeline goes by."""
    backend = getattr(text.tokenizer, "backend_tokenizer", None)
    return getattr(getattr(backend, "model", None), "continuing_subword_prefix", None) is not None
