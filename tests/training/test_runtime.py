"""The runtime: device and precision, and the draws that follow from a seed."""

from contextlib import nullcontext

import pytest
import torch

from crosstask.errors import ConfigError
from crosstask.training.randomness import derived_seed, numpy_generator, torch_draws
from crosstask.training.runtime import Runtime, memory_told

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


def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="no GPU"):
        Runtime.make("cuda")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an Apple GPU")
def test_an_apple_gpu_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="no GPU that torch can use as mps"):
        Runtime.make("mps")


def pretend_gpus(monkeypatch: pytest.MonkeyPatch, bf16: bool) -> None:
    """One GPU, which has bf16 of its own or by emulation alone."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation or bf16)


def test_a_gpu_beyond_the_last_is_refused(monkeypatch: pytest.MonkeyPatch):
    pretend_gpus(monkeypatch, bf16=True)
    with pytest.raises(ConfigError, match=r"no 'cuda:7'.*Use --device cuda:0\."):
        Runtime.make("cuda:7")
    assert Runtime.make("cuda:0").device.index == 0


@pytest.mark.parametrize(("bf16", "precision"), [(True, "bf16"), (False, "fp32")])
def test_bf16_by_emulation_is_not_chosen(monkeypatch: pytest.MonkeyPatch, bf16: bool, precision: str):
    pretend_gpus(monkeypatch, bf16)
    assert Runtime.make().precision == precision


def test_what_torch_knows_and_nobody_tried_is_refused():
    with pytest.raises(ConfigError, match="'meta' is not supported"):
        Runtime.make("meta")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 17.94 GB, max allowed: 18.13 GB)."),
    ],
)
def test_a_lack_of_memory_names_the_option(error: RuntimeError):
    told = r"option 'micro_tokens': .*not enough memory\. Lower it\."
    with pytest.raises(ConfigError, match=told), memory_told("micro_tokens", "Lower it."):
        raise error


def test_any_other_error_stays_what_it_is():
    with pytest.raises(RuntimeError, match="shapes") as caught, memory_told("micro_tokens", "Lower it."):
        raise RuntimeError("the shapes do not fit")
    assert not isinstance(caught.value, ConfigError)


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
