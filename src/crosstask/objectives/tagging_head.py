"""Tagging by a head: cross-entropy over the logits of each word's first token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field

from crosstask.objectives import NO_TARGET, Batch, Features, Objective, Outputs
from crosstask.tasks.entities import continued
from crosstask.tasks.words import Words

if TYPE_CHECKING:
    import numpy as np
    import torch

    from crosstask.models.heads.per_token import PerTokenHead
    from crosstask.models.text_encoder import Encoding, TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.kinds.tagging import Tagging
    from crosstask.tasks.task import Example


class TaggingHead(Objective):
    """Cross-entropy over logits [batch, position, tags] at the first token of each word.

    A row weighs as many as it has words, so that the loss is a mean over words. Long texts are read in windows; a word
    that stands in two of them is told by the mean of both. A word that shares its only token with the word before it
    goes on with that word's tag.
    Paper: Devlin et al. 2019, "BERT: pre-training of deep bidirectional transformers for language understanding".
    """

    dropout: float = Field(0.1, ge=0, lt=1, description="dropout on the token states")
    overlap: int = Field(64, ge=0, description="tokens that neighbouring windows of a long text share")

    def head(self, kind: Kind, trunk: Trunk) -> PerTokenHead:
        """A linear classifier on each token's state."""
        from crosstask.models.heads.per_token import PerTokenHead

        return PerTokenHead(trunk.width, len(_tagging(kind).labels), self.dropout)

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Windows over the words' text; as target a position in the label space for each token, or NO_TARGET."""
        from crosstask.models.word_tokens import word_tokens

        position = {tag: index for index, tag in enumerate(_tagging(kind).labels)}
        rows = [Words.of(example.inputs["tokens"]) for example in examples]
        features: list[Features] = []
        for row, windows in enumerate(text.windows([(words.text,) for words in rows], self.overlap)):
            target = examples[row].target
            tags = None if target is None else [position[tag] for tag in target]
            told = word_tokens(windows, rows[row].places)
            features += [_features(*window, tags, row) for window in zip(windows, told, strict=True)]
        return features

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Targets [batch, position], NO_TARGET where a token stands for no word or for one without a tag."""
        import torch

        from crosstask.models.token_rows import spread

        tokens = text.pad([row.encoding for row in features])
        targets = [row.target or [NO_TARGET] * len(row.encoding.ids) for row in features]
        weights = torch.tensor([row.weight for row in features])
        return Batch(tokens, spread(targets, tokens.mask.numpy(), NO_TARGET), weights)

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Cross-entropy of logits [batch, position, tags] summed over words."""
        from torch.nn.functional import cross_entropy

        return cross_entropy(outputs.float().transpose(1, 2), batch.targets, ignore_index=NO_TARGET, reduction="sum")

    def split(self, outputs: torch.Tensor, batch: Batch) -> list[torch.Tensor]:
        """Logits [tokens of the window, tags]."""
        from crosstask.models.token_rows import gathered

        return gathered(outputs, batch.tokens.mask)

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The likeliest tag of each word, and the spans they mark."""
        tagging = _tagging(kind)
        return [_record(tagging, Words.of(example.inputs["tokens"]), windows) for example, windows in found.by_row()]


def _tagging(kind: Kind) -> Tagging:
    return cast("Tagging", kind)


def _features(window: Encoding, told: Mapping[int, int], tags: Sequence[int] | None, row: int) -> Features:
    """The features of a window that tells of the words `told` (their number -> the position of their token)."""
    weight = float(max(1, len(told)))
    if tags is None:
        return Features(window, None, weight, row)
    target = [NO_TARGET] * len(window.ids)
    for word, position in told.items():
        target[position] = tags[word]
    return Features(window, tuple(target), weight, row)


def _record(tagging: Tagging, words: Words, windows: Sequence[tuple[Features, np.ndarray]]) -> dict[str, Any]:
    from scipy.special import softmax

    logits = _word_logits(words, windows)
    tags, sure = [tagging.labels[0]] * len(words.places), [1.0] * len(words.places)
    for word in range(len(tags)):
        if word in logits:
            probabilities = softmax(logits[word].astype("float64"))
            best = int(probabilities.argmax())
            tags[word], sure[word] = tagging.labels[best], float(probabilities[best])
        elif word:
            tags[word] = continued(tags[word - 1])
    return tagging.record(words, tags, sure)


def _word_logits(words: Words, windows: Sequence[tuple[Features, np.ndarray]]) -> dict[int, np.ndarray]:
    """The mean logits [tags] of each word that has a token of its own, over the windows it stands in."""
    import numpy as np

    from crosstask.models.word_tokens import word_tokens

    found: dict[int, list[np.ndarray]] = {}
    told = word_tokens([features.encoding for features, _ in windows], words.places)
    for (_, values), positions in zip(windows, told, strict=True):
        for word, position in positions.items():
            found.setdefault(word, []).append(values[position])
    return {word: np.mean(values, axis=0) for word, values in found.items()}
