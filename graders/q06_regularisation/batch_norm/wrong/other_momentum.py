"""The default momentum is 0.01.

Misconception: Slower is steadier.
Caught by: test_running_statistics
Advice: 0.1 was asked for.
"""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Batch normalisation of (N, num_features)."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.01) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dim() != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"(N, {self.num_features}) was expected, and not {tuple(x.shape)}")
        mean, var = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("the variance of one row is not defined: training needs two at least")
            mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=0), self.momentum)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
