"""Generation by a decoder's own LM head: it reads a prompt and learns the answer, token by token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import Field

from crosstask.errors import ConfigError, InputError
from crosstask.models.decoding import Decoding
from crosstask.objectives import NO_TARGET, Batch, Features, Objective, Outputs, Reader
from crosstask.objectives._prompts import Template, fitted_prompts

if TYPE_CHECKING:
    import torch

    from crosstask.models.heads.language import LanguageHead
    from crosstask.models.model import MultiTaskModel
    from crosstask.models.prompts import Turns
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example


class GenerationLm(Objective, Decoding):
    """Cross-entropy of the answer's tokens and of the end behind them, given the prompt, over all tokens alike.

    The prompt is the text, or what the template makes of it, as a turn of the user in the checkpoint's chat template;
    without one it is the text and a line end. A row weighs as many as its answer has tokens. What is longer than the
    trunk reads loses the end of its text, or the oldest turns of its dialogue, both in training and in prediction.
    """

    answers_untrained: ClassVar[bool] = True

    template: Template = Field(None, description="the prompt, with fields in double braces: 'Summarize: {{ source }}'")

    @property
    def most_new_tokens(self) -> int:
        """The most tokens of an answer, in every beam."""
        return self.beams * self.max_new_tokens

    def head(self, kind: Kind, trunk: Trunk) -> LanguageHead:
        """The trunk's LM head; ConfigError where it has none, or no room for a prompt beside so many new tokens."""
        from crosstask.models.heads.language import LanguageHead
        from crosstask.models.trunk import require_language_model

        require_language_model(trunk)
        most = trunk.text.tokenizer.model_max_length
        if self.max_new_tokens >= most:
            message = f"'{trunk.name}' reads {most:,} tokens in all, the prompt with them"
            raise ConfigError(message, field="max_new_tokens", mend="Ask for fewer.")
        return LanguageHead()

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Tokens of prompt and answer but for the last, which nothing follows; the answer's tokens as target.

        InputError where an answer holds a token that ends texts: what stands behind it would never be written.
        """
        from crosstask.models.prompts import answer_ids, prompt_text
        from crosstask.tasks.templates import require_fields

        if self.template is not None:
            require_fields(self.template, kind.inputs)
        room = text.max_length - min(self.max_new_tokens, text.max_length // 2)
        prompts = fitted_prompts(examples, lambda inputs: prompt_text(text, self._turns(inputs, text)), text, room)
        told = [example for example in examples if example.target]
        _check_answers(kind, told, text)
        answers = iter(answer_ids(text, [self._answer(example, text) for example in told]))
        return [
            _features(row, *prompts[row], next(answers) if example.target else [], text)
            for row, example in enumerate(examples)
        ]

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Tokens are wanted that a token of the answer follows, or the last; targets [wanted tokens], row after row."""
        import torch

        from crosstask.models.token_rows import spread

        tokens = text.pad([row.encoding for row in features])
        answers = [row.target or [NO_TARGET] for row in features]
        prompts = [len(row.encoding.ids) - len(answer) for row, answer in zip(features, answers, strict=True)]
        wanted = [[0] * prompt + [1] * len(answer) for prompt, answer in zip(prompts, answers, strict=True)]
        return Batch(
            tokens=replace(tokens, wanted=spread(wanted, tokens.mask.numpy(), 0).bool()),
            targets=torch.tensor([*chain.from_iterable(answers)]),
            weights=torch.tensor([row.weight for row in features]),
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Cross-entropy of logits [wanted tokens, vocabulary], summed."""
        from torch.nn.functional import cross_entropy

        return cross_entropy(outputs.float(), batch.targets, ignore_index=NO_TARGET, reduction="sum")

    def split(self, outputs: torch.Tensor, batch: Batch) -> list[torch.Tensor]:
        """Logits [wanted tokens of the row, vocabulary]."""
        return list(outputs.split(_wanted(batch).sum(1).tolist()))

    def reader(self, model: MultiTaskModel, task: str) -> Reader:
        """Writes an answer to each prompt: its tokens, the end token last where it came to one."""
        import torch

        from crosstask.models.generation import generate

        return lambda batch: [torch.tensor(ids) for ids in generate(model.trunk, _prompts(batch), self)]

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The texts that tokens stand for, without white space around them."""
        text = cast("TextEncoder", found.text)
        return [_record(text, values.astype(int).tolist()) for values in found.values]

    def stream(self, kind: Kind, example: Example, trunk: Trunk) -> Iterator[str]:
        """The answer to one example, piece by piece as it is written; errors as those of `encode`."""
        from crosstask.models.generation import stream

        (features,) = self.encode(kind, [replace(example, target=None)], trunk.text)
        return stream(trunk, features.encoding.ids, self)

    def _answer(self, example: Example, text: TextEncoder) -> str:
        from crosstask.models.prompts import answer_text

        return answer_text(text, self._turns(example.inputs, text), example.target[0])

    def _turns(self, inputs: Mapping[str, Any], text: TextEncoder) -> Turns:
        from crosstask.models.prompts import has_chat_template
        from crosstask.tasks.templates import fill

        if self.template is not None:
            return ({"role": "user", "content": fill(self.template, inputs)},)
        if "messages" in inputs:
            return cast("Turns", inputs["messages"])
        content = inputs["source"] if has_chat_template(text) else f"{inputs['source']}\n"
        return ({"role": "user", "content": content},)


def _features(row: int, prompt: list[int], lost: int, answer: list[int], text: TextEncoder) -> Features:
    """The features of a prompt that has lost so many tokens, with an answer that may lose its end."""
    from crosstask.models.text_encoder import Encoding

    target = answer[: text.max_length + 1 - len(prompt)]
    ids = [*prompt, *target[:-1]]
    lost += len(answer) - len(target)
    return Features(Encoding(ids, None, len(ids) + lost), target or None, max(1.0, len(target)), row)


def _check_answers(kind: Kind, told: Sequence[Example], text: TextEncoder) -> None:
    from crosstask.models.prompts import ends_within

    for example, end in zip(told, ends_within(text, [example.target[0] for example in told]), strict=True):
        if end is not None:
            message = f"the text to be written holds {end!r}, the token that ends a text of this model"
            mend = "Write that otherwise, or delete the row."
            raise InputError(message, row=example.row, field=kind.columns.get("output"), mend=mend)


def _wanted(batch: Batch) -> torch.Tensor:
    return cast("torch.Tensor", batch.tokens.wanted)


def _prompts(batch: Batch) -> list[list[int]]:
    """The tokens of each row up to the first that is wanted."""
    rows = zip(batch.tokens.ids, batch.tokens.mask, _wanted(batch), strict=True)
    return [ids[real].tolist()[: int(wanted[real].int().argmax()) + 1] for ids, real, wanted in rows]


def _record(text: TextEncoder, ids: Sequence[int]) -> dict[str, Any]:
    from crosstask.models.generation import finished, written

    return {"text": written(text, ids), "finished": finished(text, ids)}
