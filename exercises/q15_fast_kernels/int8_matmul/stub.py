from torch import Tensor


def quantize_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """Each row as int8 times a scale of its own.

    x: (N, K), floating.

    Returns q, int8 (N, K), and scale, float32 (N,).
    Raises ValueError where x is not two-dimensional or not floating.
    """
    raise NotImplementedError


def int8_matmul(a: Tensor, a_scale: Tensor, b: Tensor, b_scale: Tensor, bias: Tensor | None = None) -> Tensor:
    """The product of two quantised matrices, the second of which is given by its columns.

    a: (M, K) int8. b: (N, K) int8. a_scale: (M,). b_scale, bias: (N,). All float32.

    Returns float32 (M, N).
    Raises ValueError for another dtype of a or b, and for shapes that do not fit.
    """
    raise NotImplementedError
