"""Sums by matrix products with a vector of ones; features first inside."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    running_mean: torch.Tensor
    running_var: torch.Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1):
        super().__init__()
        self.settings = (num_features, eps, momentum)
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, batch):
        size, eps, momentum = self.settings
        match tuple(batch.shape), self.training:
            case (1, _), True:
                raise ValueError("two rows are needed")
            case (int(n), int(width)), training if width == size:
                pass
            case shape, _:
                raise ValueError(f"{shape} is not (N, {size})")
        rows = batch.T
        if training:
            share = torch.full((n,), 1 / n, dtype=batch.dtype, device=batch.device)
            centred = rows - (rows @ share).unsqueeze(1)
            centred = centred - (centred @ share).unsqueeze(1)
            var = torch.einsum("cn,cn->c", centred, centred) / n
            with torch.no_grad():
                mean = (rows - centred).mean(1)
                self.running_mean.copy_(self.running_mean + momentum * (mean - self.running_mean))
                self.running_var.copy_(self.running_var + momentum * (var * n / (n - 1) - self.running_var))
        else:
            centred, var = rows - self.running_mean.unsqueeze(1), self.running_var
        return (centred * (self.weight / torch.sqrt(var + eps)).unsqueeze(1) + self.bias.unsqueeze(1)).T
