"""With a frozen weight the running statistics stay.

Misconception: A frozen layer learns nothing, not even its statistics.
Caught by: test_modes_alternate
Advice: requires_grad is about gradients: the mode says whether the statistics move.
"""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.dim() != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"expected (N, {self.num_features}), got {tuple(x.shape)}")
        if self.training:
            n = x.shape[0]
            if n < 2:
                raise ValueError("need more than one row in training mode")
            mean = x.mean(0)
            var = x.var(0, unbiased=False)
            if self.weight.requires_grad:
                with torch.no_grad():
                    self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
                    self.running_var.mul_(1 - self.momentum).add_(self.momentum * var * n / (n - 1))
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
