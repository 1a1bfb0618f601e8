from torch import Tensor, nn


def integrated_gradients(
    model: nn.Module, x: Tensor, target: int | Tensor, baseline: Tensor | None = None, steps: int = 50
) -> Tensor:
    """What each input contributes to the change of the target's score from the baseline to x.

    x: (N, ...). target: a class for all rows, or (N,), a class for each. baseline: broadcasts to x; None means zero.

    Returns a tensor like x, detached; ValueError for `steps` below 1.
    """
    raise NotImplementedError
