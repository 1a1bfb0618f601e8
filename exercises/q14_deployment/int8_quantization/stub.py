from torch import Tensor, nn


def quantize(x: Tensor) -> tuple[Tensor, float, int]:
    """`(q, scale, zero_point)`: int8 of the shape of x, a Python float and a Python int from -128 to 127.

    ValueError: x holds a NaN or an infinite value.
    """
    raise NotImplementedError


def dequantize(q: Tensor, scale: float, zero_point: int) -> Tensor:
    """`scale * (q - zero_point)` as float32, of the shape of q."""
    raise NotImplementedError


class QuantizedLinear(nn.Module):
    """A linear layer with int8 weights, in the buffers `weight_q` (out, in) and `scale`, (out,) or (out, 1)."""

    @classmethod
    def from_float(cls, linear: nn.Linear) -> "QuantizedLinear":
        """The quantised layer of a float one, which stays as it is.

        ValueError: weight or bias hold a NaN or an infinite value.
        """
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Maps (..., in) to (..., out)."""
        raise NotImplementedError
