from torch import Tensor


def fused_softmax(x: Tensor, mask: Tensor | None = None, scale: float = 1.0) -> Tensor:
    """The softmax of scale * x over the last axis, among the entries that the mask allows.

    x: (..., C), floating. mask: bool, broadcasts to x's shape, True where an entry counts. scale: any finite number.

    Returns a tensor like x: 0 where the mask is False. ValueError where x is 0-d or not floating, or where the mask is
    not bool or does not broadcast to x's shape.
    """
    raise NotImplementedError
