import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Batch normalisation of (N, num_features).

    Parameters weight, bias; buffers running_mean, running_var; all of shape (num_features,).
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, num_features) to (N, num_features).

        Raises ValueError for any other shape, and for a batch of one in training mode.
        """
        raise NotImplementedError
