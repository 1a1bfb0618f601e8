"""The running statistics are parameters.

Misconception: All tensors of a module are parameters.
Caught by: test_parameters_and_buffers
Advice: An optimiser would move them: register_buffer.
"""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Batch normalisation of (N, num_features)."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
        self.running_var = nn.Parameter(torch.ones(num_features), requires_grad=False)

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
