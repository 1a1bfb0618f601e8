import torch
from torch import nn


class Dropout(nn.Module):
    """Inverted dropout.

    Raises ValueError where p lies outside [0, 1].
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A tensor like x (any shape): thinned out in training mode, equal to x in evaluation mode."""
        raise NotImplementedError
