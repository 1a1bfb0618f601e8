"""Exactly a share dropout_rate of the hidden values is dropped.

Misconception: The rate is the share of values that go, so it may as well be met exactly.
Caught by: test_independent_masks
Keeps: everything else
Advice: Each value is tossed on its own; a fixed total makes the tosses depend on each other.
"""

import torch
from torch import nn


class RegularizedNN(nn.Module):
    """Linear, batch norm, ReLU, dropout, linear."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int, dropout_rate: float = 0.5) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(input_size, hidden_size),
            nn.BatchNorm1d(hidden_size),
            nn.ReLU(),
            nn.Dropout(dropout_rate),
            nn.Linear(hidden_size, output_size),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, input_size) to raw scores (N, output_size)."""
        h, rate = self.layers[:3](x), self.layers[3].p
        if self.training:
            ranks = torch.rand(h.numel(), device=h.device).argsort().view(h.shape)
            h = h * (ranks >= round(rate * h.numel())) / (1 - rate)
        return self.layers[4](h)


def initialize_weights(model: nn.Module) -> None:
    """Initialise all linear, 2-d convolution and batch norm (1-d, 2-d) layers in a model, in place."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        elif isinstance(module, nn.Conv2d):
            nn.init.xavier_uniform_(module.weight)
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            if module.weight is not None:
                nn.init.ones_(module.weight)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
