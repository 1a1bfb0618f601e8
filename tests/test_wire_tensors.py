"""Tensors cross as data: every dtype and layout, bits of conjugation and negation resolved, subclasses plain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from etude.sandbox.serving import Server
from etude.sandbox.wire import Encoder, TensorValue, UnsendableError
from etude.sandbox.wire.values import TENSOR_DTYPES
from tests.wire_support import across

torch = pytest.importorskip("torch")


def back(tensor: Any) -> Any:
    """To the host as data, to the worker again as a tensor."""
    value = across(tensor)
    assert type(value) is TensorValue
    assert isinstance(value.array, np.ndarray)
    return across(value, revive=Server().revive)


@pytest.mark.parametrize("name", sorted(TENSOR_DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_every_dtype_and_shape_comes_back(name: str, shape: tuple[int, ...]) -> None:
    tensor = (torch.randn(shape, dtype=torch.float64) * 7).to(getattr(torch, name))
    found = back(tensor)
    assert found.dtype is tensor.dtype
    assert found.shape == tensor.shape
    assert torch.equal(found, tensor)


VIEWS = {
    "transposed": torch.randn(3, 4).T,
    "strided": torch.randn(4, 6)[1:, ::2],
    "expanded": torch.randn(3, 1).expand(3, 5),
    "conjugated": torch.randn(3, dtype=torch.complex64).conj(),
    "negated": torch.randn(3, dtype=torch.complex128).conj().imag,
    "parameter": torch.nn.Parameter(torch.randn(2)),
    "result": torch.nn.Parameter(torch.randn(2)) * 2,
}


@pytest.mark.parametrize("kind", VIEWS)
def test_every_layout_comes_back_as_its_values(kind: str) -> None:
    tensor = VIEWS[kind]
    value = across(tensor)
    assert np.array_equal(value.array, tensor.detach().resolve_conj().resolve_neg().numpy())
    assert (value.requires_grad, value.has_grad_fn) == (tensor.requires_grad, tensor.grad_fn is not None)


class Liar(torch.Tensor):  # type: ignore[misc, name-defined]
    """Says something else than it holds, to whoever asks through the methods of a tensor."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return torch.zeros(7)

    def detach(self) -> Any:
        return torch.zeros(7)

    def numpy(self, *args: Any, **kwargs: Any) -> Any:
        return np.zeros(7)

    dtype = shape = layout = device = requires_grad = grad_fn = property(lambda self: "something else")


def test_a_subclass_is_read_by_the_base_classs_own_methods() -> None:
    value = across(torch.arange(3.0).as_subclass(Liar))
    assert (value.dtype, value.array.tolist()) == ("float32", [0, 1, 2])


REFUSED: dict[str, Any] = {
    "a meta tensor": lambda: torch.empty(2, device="meta"),
    "a sparse tensor": lambda: torch.eye(2).to_sparse(),
    "a quantised tensor": lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
    "a tensor of dtype float8_e5m2": lambda: torch.ones(2).to(torch.float8_e5m2),
    "an object of class dtype": lambda: torch.float32,
    "an object of class Linear": lambda: torch.nn.Linear(1, 1),
    "a dict with a key of type Tensor": lambda: {torch.ones(1): 1},
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_other_tensors_are_refused_by_name(kind: str) -> None:
    with pytest.raises(UnsendableError) as refused:
        Encoder().header(REFUSED[kind]())
    assert str(refused.value) == kind
