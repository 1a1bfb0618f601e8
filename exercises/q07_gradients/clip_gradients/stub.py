from collections.abc import Iterable

import torch
from torch import Tensor, nn


def clip_grad_norm(parameters: Iterable[nn.Parameter], max_norm: float) -> float:
    """Scale all gradients in place so that their joint L2 norm is at most max_norm; return the norm before.

    Raises ValueError where max_norm <= 0, RuntimeError where a gradient holds NaN or infinity.
    """
    raise NotImplementedError


def train_with_gradient_clipping(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    x_batch: Tensor,
    y_batch: Tensor,
    max_grad_norm: float = 1.0,
) -> float:
    """Make one clipped step on the mean cross-entropy of a batch, in training mode; return the loss before it.

    `model(x_batch)` gives raw scores (N, C); `y_batch` is int64, (N,). Raises RuntimeError, with the parameters
    unchanged, where a gradient is not finite.
    """
    raise NotImplementedError
