"""The embeddings and the lowest layers, or what a pattern names, stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from crosstask.errors import ConfigError
from crosstask.models.tuning import Tuning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import nn

    from crosstask.models.model import MultiTaskModel
    from crosstask.models.trunk import Trunk


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern is no regular expression ({error})") from None
    return pattern


class Freeze(Tuning):
    """Freezes the embeddings and the lowest `layers` layers, and the parameters that `pattern` names.

    The pattern is a regular expression searched for in the names of `model.named_parameters()`.
    """

    layers: int = Field(0, ge=0, description="how many layers to freeze, from the lowest")
    embeddings: bool | None = Field(
        None, description="whether to freeze the embeddings; if not said: unless a pattern is given"
    )
    pattern: Annotated[str, AfterValidator(_regular_expression)] | None = Field(
        None, description="freeze the parameters whose name this regular expression is found in"
    )

    def attach(self, model: MultiTaskModel) -> None:
        """Let everything train but the frozen part; ConfigError where that part is not in the model, or all of it."""
        model.requires_grad_(True)
        for parameter in [*self._lowest(model.trunk), *self._named(model)]:
            parameter.requires_grad_(False)
        if not any(parameter.requires_grad for parameter in model.parameters()):
            raise ConfigError("nothing is left to train", field="pattern", mend="Freeze less.")

    def _lowest(self, trunk: Trunk) -> list[nn.Parameter]:
        from crosstask.models.anatomy import below_layers, layer_list

        _, layers = layer_list(trunk.encoder)
        if self.layers > len(layers):
            raise ConfigError(
                f"'{trunk.name}' has no {self.layers} layers to freeze", field="layers", mend=f"It has {len(layers)}."
            )
        with_embeddings = self.pattern is None if self.embeddings is None else self.embeddings
        return [*(below_layers(trunk.encoder) if with_embeddings else []), *layers[: self.layers].parameters()]

    def _named(self, model: MultiTaskModel) -> list[nn.Parameter]:
        if self.pattern is None:
            return []
        names = dict(model.named_parameters())
        found = [parameter for name, parameter in names.items() if re.search(self.pattern, name)]
        if not found:
            raise ConfigError(
                f"no parameter's name holds '{self.pattern}'",
                field="pattern",
                mend=f"Names are like {', '.join(_examples(names))}.",
            )
        return found


def _examples(names: Iterable[str], count: int = 5) -> list[str]:
    """Some of the names, each layer's once."""
    return sorted({re.sub(r"\.\d+\.", ".0.", name) for name in names})[:count]
