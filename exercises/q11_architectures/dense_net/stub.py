import torch
from torch import nn


class DenseNet(nn.Module):
    """Layers on the concatenation of the input and all earlier layers' outputs; a linear head on all of them."""

    def __init__(self, input_size: int, growth_rate: int = 32, num_layers: int = 3, num_classes: int = 10) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, input_size) to raw scores (N, num_classes)."""
        raise NotImplementedError
