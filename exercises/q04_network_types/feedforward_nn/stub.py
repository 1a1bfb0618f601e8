import torch
from torch import nn


class FeedForwardNN(nn.Module):
    """Linear, ReLU, linear."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (..., input_size) to raw scores (..., output_size)."""
        raise NotImplementedError
