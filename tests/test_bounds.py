"""What came back may be as large and as odd as the wire allows: words and comparisons on the host stay cheap."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from etude.grading import as_array, assert_unchanged, entry, fail
from etude.judge.brief import brief, cut
from etude.judge.exceptions import CandidateException
from etude.judge.outcomes import CheckFailure
from etude.judge.proxy import Observed
from etude.sandbox.wire import CallbackValue, HandleValue, TensorValue

LARGE: dict[str, Any] = {
    "many short axes": np.zeros((2,) * 24, bool),
    "axes of six": np.zeros((6,) * 8),
    "32 axes": np.zeros((1,) * 32),
    "no elements, huge sizes": np.zeros((0, 1 << 40)),
    "a tensor of many axes": TensorValue(np.zeros((2,) * 22, np.float32), "bfloat16"),
    "a long text": "x" * 10**7,
    "long bytes": b"x" * 10**7,
    "a huge int": 1 << 4095,
    "lists in lists": [[[[[[[i] * 6] * 6] * 6] * 6] * 6] for i in range(6)],
    "long keys": {"k" * 10**6: np.zeros((2,) * 20)},
    "arrays in a list": [np.zeros((2,) * 18)] * 6,
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_value_in_brief(kind: str) -> None:
    began = time.process_time()
    assert len(brief(LARGE[kind])) <= 400
    assert time.process_time() - began < 2


NOT_NUMBERS: dict[str, Any] = {
    "a long text among numbers": ["x" * 10**6] + [1] * 60_000,
    "long bytes among numbers": [1] * 60_000 + [b"x" * 10**6],
    "one complex number among many booleans": [np.zeros((1 << 20,), bool)] * 100 + [np.zeros(1 << 20, complex)],
    "None": [1.0, None],
    "a handle": [HandleValue(0, "x")],
    "a callback": [[CallbackValue(0)]],
    "tensors": [TensorValue(np.zeros(2), "float64")] * 2,
    "a dict": [{}],
    "ragged": [[1.0], [1.0, 2.0]],
    "ragged arrays": [np.zeros((2, 3)), np.zeros((3, 2))],
    "a huge int": [1.0, 10**400],
    "huge ints": [1 << 64],
}


@pytest.mark.parametrize("kind", NOT_NUMBERS)
def test_lists_that_are_no_array_cost_little(kind: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(CheckFailure):
            as_array(NOT_NUMBERS[kind])
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


def test_lists_of_numbers_and_of_arrays_are_arrays() -> None:
    assert as_array([[1, 2.5], (True, np.float32(3))]).tolist() == [[1, 2.5], [1, 3]]
    assert as_array([np.ones(2), np.zeros(2)]).shape == (2, 2)
    assert as_array([]).shape == (0,)
    assert as_array([[], []]).shape == (2, 0)


def test_what_a_failure_shows_is_cut_and_can_be_printed() -> None:
    with pytest.raises(CheckFailure) as failed:
        fail("wrong", returned="x" * 10**6, wanted="\ud800")
    rationale = failed.value.rationale
    assert rationale.returned is not None
    assert len(rationale.returned) <= 2_000
    assert rationale.wanted == "?"
    with pytest.raises(CheckFailure) as failed:
        entry({"k" * 10**6: 1}, "a")
    assert len(str(failed.value.rationale)) < 3_000
    assert cut("é\udcffa", 10) == "é?a"


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        [],
        {},
        {"type": 5, "bases": 5, "message": None, "frames": 7, "origin": []},
        {"type": "", "bases": [None, 5], "frames": [(), (1, 2), ("x", "f", "t"), (1, None, None), [1, "f", "t"]]},
        {"type": "x" * 10**6, "bases": ["y" * 10**6] * 100, "message": "\ud800" * 10**6},
        {"frames": [(1, "f", "t")] * 10**4},
        {"frames": [(1 << 4000, "f", "t")]},
    ],
)  # fmt: skip
def test_an_exception_may_be_described_as_anything(data: Any) -> None:
    exception = CandidateException.from_wire(data)
    words = [*exception.problem("memory limit"), exception.traceback("a.py"), exception.summary()]
    assert sum(len(text or "") for text in words) < 400_000
    "".join(text or "" for text in words).encode()


class Seen:
    """A function of the candidate's that leaves its arguments as it is told."""

    def __init__(self, *after: Any) -> None:
        self.after = after

    def observe(self, *args: Any, draws: bool = False, **kwargs: Any) -> Observed:
        return Observed(None, self.after, {}, (), "")


AFTER: list[Any] = [
    None,
    True,
    5,
    1.5,
    "x",
    b"x",
    [],
    {},
    (1,),
    np.zeros(3),
    np.zeros((0, 2)),
    np.array(["x"]),
    np.float64(2),
]
AFTER += [TensorValue(np.zeros(2), "float64"), HandleValue(0, "x"), CallbackValue(0), [np.zeros(2)], {"a": np.zeros(2)}]


@pytest.mark.parametrize(
    "before", [None, 3, 2.5, float("nan"), "text", np.ones(3), np.float32(3), [1, [2]], {"a": 1}], ids=str
)
def test_an_argument_may_have_become_anything(before: Any) -> None:
    assert_unchanged(Seen(before), before)  # type: ignore[arg-type]
    for after in AFTER:
        if isinstance(after, HandleValue) or after is before:
            continue
        with pytest.raises(CheckFailure):
            assert_unchanged(Seen(after), before)  # type: ignore[arg-type]
