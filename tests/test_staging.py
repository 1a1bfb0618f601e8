"""Inputs that wait in the worker: masked until the clock starts, whole afterwards; digests that stand for every bit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from etude.judge.candidate import NO_DIGEST, Answer, Candidate, Quarters
from etude.judge.outcomes import CandidateError
from etude.sandbox.digest import digest, finished, pending_digest
from etude.sandbox.staging import Stage, masked
from etude.sandbox.usage import Limits
from tests.wire_support import across

KEY = 0xF00D_1234_5678_9ABC
DTYPES = st.sampled_from(["bool", "int8", "uint8", "int16", "int32", "int64", "float16", "float32", "float64"])
ARRAYS = DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0, max_side=7)))
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=5))
REPLIES = st.recursive(
    st.one_of(PLAIN, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=17), st.tuples(inner), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=20,
)


def seen_by_answer(inputs: list[Any], key: int = KEY) -> list[Any]:
    """What a function is called with, after its arguments have crossed the wire and the key has come."""
    seen: list[Any] = []
    stage = Stage()
    stage.put(across(masked(inputs, KEY)), "cpu")
    stage.run(lambda *given: seen.extend(given), key)
    return seen


@given(ARRAYS)
def test_an_array_arrives_as_it_was(array: np.ndarray[Any, Any]) -> None:
    (found,) = seen_by_answer([array])
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.int8, torch.int64, torch.bool])
def test_a_tensor_arrives_as_it_was(dtype: torch.dtype) -> None:
    tensor = torch.arange(15).reshape(3, 5).to(dtype).T
    found, number = seen_by_answer([tensor, 7])
    assert found.dtype == dtype
    assert torch.equal(found, tensor)
    assert number == 7


def test_nothing_can_be_made_of_an_input_before_the_key_comes() -> None:
    secret = np.random.default_rng(0).standard_normal(1000)
    (found,) = seen_by_answer([secret], key=KEY ^ 1 << 40)
    assert not np.isclose(found, secret).any()


@given(ARRAYS)
def test_a_digest_is_the_same_on_both_sides(array: np.ndarray[Any, Any]) -> None:
    assert finished(pending_digest(array)) == digest(across(array))


@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.int32, torch.bool]
)
def test_a_tensors_digest_is_the_same_on_both_sides(dtype: torch.dtype) -> None:
    whole = torch.randn(9, 7, generator=torch.Generator().manual_seed(0)).to(dtype)
    for tensor in (whole, whole.T, whole[1:, 1:], whole[1], whole[:0], whole[0, 0]):
        assert finished(pending_digest((tensor, [tensor]))) == digest(across((tensor, [tensor])))


@given(ARRAYS.filter(lambda array: array.size > 0), st.data())
def test_a_digest_changes_with_any_bit(array: np.ndarray[Any, Any], data: st.DataObject) -> None:
    before = digest(array)
    raw = bytearray(array.tobytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert digest(np.frombuffer(bytes(raw), array.dtype).reshape(array.shape)) != before


def replying(value: Any) -> Candidate:
    limits = Quarters(None, (), False, Limits())  # type: ignore[arg-type]
    candidate = Candidate(Answer("answer.py", "", None, (), 1, 1), limits)
    candidate._worker = SimpleNamespace(ask=lambda *request: {"value": value}, alive=True)  # type: ignore[assignment]
    return candidate


@given(REPLIES)
def test_whatever_a_worker_says_of_its_outputs_is_a_number_for_each(reply: Any) -> None:
    """Fuzz: the replies to a run and to a fetch hold what the candidate chose."""
    inputs = [(1,)] * 16
    digests = replying(reply).run_staged("f", ["submission", "f"], KEY, inputs)
    assert len(digests) == 16
    assert all(type(number) is int for number in digests)
    fetched = replying(reply).fetch([3, 1])
    assert len(fetched) == 2
    assert all(0 <= digest(value) < 1 << 64 for value in fetched)
    assert NO_DIGEST not in map(digest, fetched)


@given(REPLIES)
def test_a_peak_that_is_no_number_is_beyond_every_limit(reply: Any) -> None:
    candidate = replying(reply)
    candidate.device = "cuda"
    peak = candidate.peak_bytes()
    assert type(peak) is int
    assert peak == reply if type(reply) is int else peak > 1 << 60


def test_an_error_while_the_run_goes_on_is_the_answers() -> None:
    candidate = replying(None)
    candidate._worker = SimpleNamespace(ask=lambda *request: {"unsendable": "a generator"}, alive=True)  # type: ignore[assignment]
    with pytest.raises(CandidateError):
        candidate.fetch([0])
