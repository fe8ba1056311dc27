"""Extractive question answering by a head: where the answer starts and where it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field

from crosstask.objectives import NO_TARGET, Batch, Features, Objective, Outputs

if TYPE_CHECKING:
    import numpy as np
    import torch

    from crosstask.models.heads.per_token import PerTokenHead
    from crosstask.models.text_encoder import Encoding, TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.answers import Answer
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.kinds.span import Span
    from crosstask.tasks.task import Example


class SpanHead(Objective):
    """Cross-entropy of the answer's first and last token over the context's tokens, from logits [batch, position, 2].

    Long contexts are read in windows with the question in each. In a window without the answer both places are the
    first token, which is no part of the context; a context lacks the answer where each of its windows says so with
    more probability than any of them gives an answer.
    Paper: Devlin et al. 2019, "BERT: pre-training of deep bidirectional transformers for language understanding".
    """

    dropout: float = Field(0.1, ge=0, lt=1, description="dropout on the token states")
    overlap: int = Field(128, ge=0, description="tokens that neighbouring windows of a long context share")
    longest: int = Field(30, ge=1, description="tokens of an answer at most")

    def head(self, kind: Kind, trunk: Trunk) -> PerTokenHead:
        """Two outputs a token: it is the first, or the last, of the answer."""
        from crosstask.models.heads.per_token import PerTokenHead

        return PerTokenHead(trunk.width, 2, self.dropout)

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Windows over the context; as target the positions of the first right answer's first and last token."""
        rows = text.windows([example.texts for example in examples], self.overlap)
        return [
            Features(window, None if example.target is None else _target(window, example.target), row=row)
            for row, (example, windows) in enumerate(zip(examples, rows, strict=True))
            for window in windows
        ]

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Targets [batch, 2], NO_TARGET where there is none; the tokens that can be a place are the wanted ones."""
        import torch

        from crosstask.models.token_rows import spread

        tokens = text.pad([row.encoding for row in features])
        places = [_can_be_places(row.encoding) for row in features]
        targets = torch.tensor([row.target or (NO_TARGET, NO_TARGET) for row in features])
        first = tokens.mask.int().argmax(1, keepdim=True)  # left padding moves the row
        return Batch(
            tokens=replace(tokens, wanted=spread(places, tokens.mask.numpy(), 0).bool()),
            targets=torch.where(targets == NO_TARGET, targets, targets + first),
            weights=torch.tensor([row.weight for row in features]),
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """The mean of both cross-entropies, weighted and summed over windows."""
        from torch.nn.functional import cross_entropy

        wanted = cast("torch.Tensor", batch.tokens.wanted)[..., None]
        logits = outputs.float().masked_fill(~wanted, float("-inf"))  # [batch, position, 2]
        losses = cross_entropy(logits, batch.targets, ignore_index=NO_TARGET, reduction="none")  # [batch, 2]
        return (losses.mean(1) * batch.weights).sum()

    def split(self, outputs: torch.Tensor, batch: Batch) -> list[torch.Tensor]:
        """Logits [tokens of the window, 2]."""
        from crosstask.models.token_rows import gathered

        return gathered(outputs, batch.tokens.mask)

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The likeliest answer over all windows, of at most `longest` tokens."""
        may_lack = cast("Span", kind).no_answers
        return [self._record(example.inputs["context"], windows, may_lack) for example, windows in found.by_row()]

    def _record(self, context: str, windows: Sequence[tuple[Features, np.ndarray]], may_lack: bool) -> dict[str, Any]:
        from crosstask.models.answer_places import best_answer

        answers = [best_answer(features.encoding, values, self.longest) for features, values in windows]
        told = [answer for answer in answers if answer is not None]
        nowhere = min((answer.nowhere for answer in told), default=0.0)
        best = max(told, default=None)
        if best is None or (may_lack and nowhere > best.likelihood):
            return {"answer": "", "start": None, "end": None, "probability": exp(nowhere)}
        answer = context[best.start : best.end]
        start = best.start + len(answer) - len(answer.lstrip())
        bare = answer.strip()
        return {"answer": bare, "start": start, "end": start + len(bare), "probability": exp(best.likelihood)}


def _can_be_places(window: Encoding) -> list[bool]:
    """Which tokens an answer can start or end at: those of the context, and the first one, for no answer."""
    return [not position or place is not None for position, place in enumerate(window.places)]


def _target(window: Encoding, answers: Sequence[Answer]) -> tuple[int, int]:
    from crosstask.models.answer_places import NOWHERE, answer_tokens

    return answer_tokens(window, answers[0].start, answers[0].end) if answers else NOWHERE
