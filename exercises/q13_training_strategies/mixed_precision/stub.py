from collections.abc import Iterable

import torch
from torch import Tensor, nn


def train_mixed_precision(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loader: Iterable[tuple[Tensor, Tensor]],
    scaler: torch.amp.GradScaler | None = None,
    device_type: str = "cpu",
    dtype: torch.dtype = torch.bfloat16,
    max_grad_norm: float | None = None,
) -> float:
    """Train for one epoch in mixed precision; return the mean cross-entropy per sample.

    `model(x)` gives raw scores (N, C); `y` is int64, (N,). ValueError for a loader without batches.
    """
    raise NotImplementedError
