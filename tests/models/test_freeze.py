"""The freeze tuning, on any encoder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crosstask.errors import ConfigError
from crosstask.models.anatomy import layer_list
from crosstask.models.model import MultiTaskModel
from crosstask.models.tuning import TUNINGS
from crosstask.models.tuning.freeze import Freeze


def frozen(model: MultiTaskModel) -> set[str]:
    return {name for name, parameter in model.named_parameters() if not parameter.requires_grad}


@pytest.mark.parametrize("kind", ["bert", "roberta", "distilbert", "electra", "modernbert", "deberta-v2", "gpt2"])
def test_the_lowest_layers_and_the_embeddings_are_frozen(kind: str, tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model(kind)
    Freeze(layers=1).attach(model)
    name, layers = layer_list(model.trunk.encoder)
    assert len(layers) == 2
    assert all(f"trunk.encoder.{name}.0.{weight}" in frozen(model) for weight, _ in layers[0].named_parameters())
    assert not any(f"{name}.1." in weight for weight in frozen(model))
    assert model.trunk.encoder.get_input_embeddings().weight.requires_grad is False
    assert not any(weight.startswith("heads.") for weight in frozen(model))


def test_embeddings_may_train_above_nothing_frozen(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    Freeze(embeddings=False, layers=2).attach(model)
    assert {name.split(".")[2] for name in frozen(model)} == {"encoder"}


def test_a_pattern_freezes_what_it_names_and_no_more(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    TUNINGS.make(r"freeze:pattern=layer\.0\..*query").attach(model)
    assert frozen(model) == {
        f"trunk.encoder.encoder.layer.0.attention.self.query.{part}" for part in ("weight", "bias")
    }


def test_parts_add_up(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    Freeze(pattern=r"layer\.1\..*query", embeddings=True).attach(model)
    assert {".".join(name.split(".")[2:5]) for name in frozen(model)} == {
        "embeddings.word_embeddings.weight",
        "embeddings.position_embeddings.weight",
        "embeddings.token_type_embeddings.weight",
        "embeddings.LayerNorm.weight",
        "embeddings.LayerNorm.bias",
        "encoder.layer.1",
    }


def test_a_later_phase_starts_anew(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    for spec in ("head", "freeze:layers=2", "full"):
        TUNINGS.make(spec).attach(model)
    assert not frozen(model)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"layers": 3}, "has no 3 layers to freeze. It has 2."),
        ({"pattern": "lyer"}, "'pattern': no parameter's name holds 'lyer'. Names are like heads.t.linear.bias"),
        ({"pattern": "."}, "nothing is left to train. Freeze less."),
    ],
)
def test_what_is_not_there_is_refused(
    options: dict[str, object], line: str, tiny_model: Callable[..., MultiTaskModel]
) -> None:
    with pytest.raises(ConfigError) as caught:
        Freeze(**options).attach(tiny_model())
    assert line in str(caught.value)


@pytest.mark.parametrize("spec", ["freeze:layers=-1", "freeze:pattern=(", "freeze:depth=2"])
def test_wrong_options_fail_when_the_tuning_is_made(spec: str) -> None:
    with pytest.raises(ConfigError, match="freeze|cannot be"):
        TUNINGS.make(spec)
