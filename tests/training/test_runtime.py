"""The runtime: device and precision, and the draws that follow from a seed."""

import pytest
import torch

from crosstask.errors import ConfigError
from crosstask.training.randomness import derived_seed, numpy_generator, torch_draws
from crosstask.training.runtime import Runtime

CPU = torch.device("cpu")


def test_float32_is_what_a_cpu_computes_in():
    runtime = Runtime.make("cpu")
    assert (runtime.device, runtime.precision) == (CPU, "fp32")
    with runtime.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
    assert not runtime.scaler().is_enabled()


def test_bf16_is_for_matrix_products():
    with Runtime.make("cpu", "bf16").autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("device", "precision", "word"), [("cpu", "fp16", "GPU"), ("tpu9", "auto", "tpu9"), ("cpu", "int4", "int4")]
)
def test_what_cannot_be_is_refused(device: str, precision: str, word: str):
    with pytest.raises(ConfigError, match=word) as error:
        Runtime.make(device, precision)
    assert error.value.mend


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="no GPU"):
        Runtime.make("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_auto_takes_the_gpu():
    assert Runtime.make().device.type == "cuda"


def test_seeds_are_the_same_on_every_machine_and_differ_by_each_part():
    assert derived_seed(0, 1, "dropout") == 1371720983531124678
    seeds = {derived_seed(*parts) for parts in [(0, 1, "a"), (1, 0, "a"), (0, 1, "b"), (0, 11, "a"), (1, 1, "a")]}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_draws_follow_from_their_parts_and_leave_the_callers_alone():
    def draw(*parts):
        with torch_draws(*parts, CPU):
            return torch.rand(3).tolist()

    before = torch.get_rng_state()
    assert draw(0, 1, "a") == draw(0, 1, "a") != draw(0, 2, "a")
    assert torch.equal(torch.get_rng_state(), before)
    assert numpy_generator(0, 1, "a").random() == numpy_generator(0, 1, "a").random()
