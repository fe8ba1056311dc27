"""Low-rank updates beside frozen linear layers (LoRA)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import Field

from crosstask.errors import ConfigError
from crosstask.models.tuning import Tuning

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from crosstask.models.model import MultiTaskModel
    from crosstask.models.trunk import Trunk


class Lora(Tuning):
    """Trains `alpha / r * B A` beside the frozen matrix W of linear layers, and the heads; B is zero at the start.

    Paper: Hu et al. 2022, "LoRA: low-rank adaptation of large language models". That such updates want about ten times
    the learning rate of whole matrices: Biderman et al. 2024, "LoRA learns less and forgets less".
    """

    r: int = Field(8, ge=1, description="rank of the updates")
    alpha: float = Field(16, gt=0, description="updates weigh alpha / r")
    dropout: float = Field(0.0, ge=0, lt=1, description="dropout on what the updates read")
    targets: Literal["attention", "all"] = Field(
        "attention", description="the linear layers of attention, or those of the feed-forward parts too"
    )
    speed: float = Field(10.0, gt=0, description="factor on the trunk's learning rate")

    def attach(self, model: MultiTaskModel) -> None:
        """Add the updates where they are not there yet; ConfigError where those of other options are."""
        there = model.attached.setdefault(self.method_name(), self)
        if there != self:
            message = "the model has low-rank updates of other options already"
            raise ConfigError(message, field="tuning", mend="Use the same options in every phase.")
        if not _adapted(model.trunk):
            self._inject(model.trunk)
        model.trunk.requires_grad_(False)
        model.heads.requires_grad_(True)
        for layer in _adapted(model.trunk).values():
            for weight in (*cast(Any, layer).lora_A.parameters(), *cast(Any, layer).lora_B.parameters()):
                weight.requires_grad_(True)

    def rate(self, parameter_name: str) -> float:
        """`speed` for all but the heads."""
        return 1.0 if parameter_name.startswith("heads.") else self.speed

    def parts(self, model: MultiTaskModel) -> dict[str, Tensor]:
        """A [r, in] and B [out, r] of every layer, named `LAYER.lora_A.weight` below the encoder."""
        from peft import get_peft_model_state_dict

        encoder: Any = model.trunk.encoder
        found = get_peft_model_state_dict(encoder, save_embedding_layers=False) if _adapted(model.trunk) else {}
        return cast("dict[str, Tensor]", found)

    @contextmanager
    def aside(self, model: MultiTaskModel) -> Iterator[None]:
        """The layers themselves stand in the encoder, under their own names."""
        layers = _adapted(model.trunk)
        for name, layer in layers.items():
            model.trunk.encoder.set_submodule(name, cast(Any, layer).get_base_layer())
        try:
            yield
        finally:
            for name, layer in layers.items():
                model.trunk.encoder.set_submodule(name, layer)

    def merge(self, model: MultiTaskModel) -> None:
        """Add the updates to the matrices beside them."""
        encoder: Any = model.trunk.encoder
        for name, layer in _adapted(model.trunk).items():
            cast(Any, layer).merge()
            encoder.set_submodule(name, cast(Any, layer).get_base_layer())
        del encoder.peft_config, model.attached[self.method_name()]

    def write(self, model: MultiTaskModel, folder: Path) -> None:
        """Write the updates into `folder` as peft's `PeftModel.from_pretrained` reads them, for the trunk's own class.

        Files: adapter_config.json, adapter_model.safetensors.
        """
        from safetensors.torch import save_file

        trunk: Any = model.trunk
        (prefix,) = [name for name, module in trunk.whole.named_modules() if module is trunk.encoder]
        below = f"{prefix}." if prefix else ""
        with self.aside(model):
            config = self._config(trunk, below)
        config.task_type = "CAUSAL_LM" if trunk.generates else "FEATURE_EXTRACTION"
        config.inference_mode = True
        config.save_pretrained(str(folder))
        tensors = {f"base_model.model.{below}{name}": value for name, value in self.parts(model).items()}
        save_file(
            {name: value.cpu().contiguous() for name, value in tensors.items()}, folder / "adapter_model.safetensors"
        )

    def _inject(self, trunk: Trunk) -> None:
        from peft import inject_adapter_in_model

        inject_adapter_in_model(self._config(trunk), trunk.encoder)

    def _config(self, trunk: Trunk, below: str = "") -> Any:
        """Peft's config for the encoder's layers; `below` is what their names begin with in the model around it."""
        from peft import LoraConfig

        from crosstask.models.linear_layers import attention_layers, linear_layers

        names = (linear_layers if self.targets == "all" else attention_layers)(trunk.encoder)
        transposed = any(type(trunk.encoder.get_submodule(name)).__name__ == "Conv1D" for name in names)
        return LoraConfig(
            r=self.r,
            lora_alpha=cast(Any, self.alpha),  # any number serves, whatever peft's type says
            lora_dropout=self.dropout,
            target_modules=[below + name for name in names],
            fan_in_fan_out=transposed,
        )


def _adapted(trunk: Trunk) -> dict[str, nn.Module]:
    """The layers with updates beside them, by their names below the encoder."""
    from peft.tuners.lora import LoraLayer

    adapted: Any = LoraLayer
    return {name: module for name, module in trunk.encoder.named_modules() if isinstance(module, adapted)}
