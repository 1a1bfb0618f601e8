"""Values in a few words, in the numbers that their dtype has."""

from __future__ import annotations

import pytest

from etude.judge.brief import brief


@pytest.mark.parametrize(
    ("values", "dtype", "words"),
    [
        ([4, 0, 2, 4], "int64", "int64 tensor of shape (4,): [4 0 2 4]"),
        ([True, False], "bool", "bool tensor of shape (2,): [ True False]"),
        ([1 + 2j], "complex64", "complex64 tensor of shape (1,): [1.+2.j]"),
        ([0.5, 1.0], "bfloat16", "bfloat16 tensor of shape (2,): [0.5 1. ]"),
    ],
)
def test_a_tensor_is_shown_in_the_numbers_of_its_dtype(values: list[complex], dtype: str, words: str) -> None:
    torch = pytest.importorskip("torch")
    assert brief(torch.tensor(values, dtype=getattr(torch, dtype))) == words


def test_a_tensor_that_asks_for_its_gradient_is_shown_like_any_other() -> None:
    torch = pytest.importorskip("torch")
    assert brief(torch.tensor([1.5], requires_grad=True)) == "float32 tensor of shape (1,): [1.5]"
    assert brief(torch.tensor([1 + 2j]).conj()) == "complex64 tensor of shape (1,): [1.-2.j]"
