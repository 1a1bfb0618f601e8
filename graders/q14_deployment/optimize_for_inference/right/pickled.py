"""Right, with the copy made by saving and loading, frozen parameters, and hooks that drop the graph."""

import io

import torch
from torch import nn


class Served(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner.eval().requires_grad_(False)
        self.eval()

    def forward(self, x):
        return self.inner(x.detach())


def optimize_for_inference(model: nn.Module, sample_input: torch.Tensor) -> nn.Module:
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    return Served(torch.load(file, weights_only=False))
