"""Evaluation remembers its statistics until the next training pass.

Misconception: Only training changes them.
Caught by: test_state_dict
Advice: A loaded state changes them as well: read the buffers in every call.
"""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.cached = None
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if x.dim() != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"expected (N, {self.num_features}), got {tuple(x.shape)}")
        if self.training:
            n = x.shape[0]
            self.cached = None
            if n < 2:
                raise ValueError("need more than one row in training mode")
            mean = x.mean(0)
            var = x.var(0, unbiased=False)
            with torch.no_grad():
                self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
                self.running_var.mul_(1 - self.momentum).add_(self.momentum * var * n / (n - 1))
        else:
            if self.cached is None:
                self.cached = (self.running_mean.clone(), self.running_var.clone())
            mean, var = self.cached
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
