import torch
from torch import nn


class ConvNet(nn.Module):
    """A small convolutional classifier."""

    def __init__(self, num_classes: int = 10, in_channels: int = 3, image_size: int = 32) -> None:
        """Raises ValueError where `image_size` is not a positive multiple of 4."""
        super().__init__()
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps images (N, in_channels, image_size, image_size) to raw scores (N, num_classes)."""
        raise NotImplementedError
