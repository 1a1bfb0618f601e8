from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    """How strongly each pixel moves the target's score.

    x: images (N, C, H, W). target: a class for all rows, or (N,), a class for each row.

    Returns (N, H, W), detached; the model and `x` are as before.
    """
    raise NotImplementedError
