from torch import Tensor


def embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, mode: str = "sum") -> Tensor:
    """Reduce the rows of each bag.

    weight: (V, D) float. indices: (T,) int64. offsets: (B,) int64, where each bag starts in indices.
    mode: "sum", "mean" or "max".

    Returns (B, D); zeros for an empty bag. Raises ValueError for a mode, indices or offsets that are not valid.
    """
    raise NotImplementedError


def embedding_bag_backward(
    grad_output: Tensor, weight: Tensor, indices: Tensor, offsets: Tensor, mode: str = "sum"
) -> Tensor:
    """The gradient at weight, from grad_output (B, D), the gradient at embedding_bag's result.

    Returns (V, D), dense. Raises ValueError as embedding_bag does, and for a grad_output of another shape.
    """
    raise NotImplementedError
