"""Right, with lazy layers registered in the wrong order, dropout by hand, and a recursion of its own."""

import torch
from torch.nn import init
from torch import nn


class RegularizedNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, dropout_rate=0.5):
        super().__init__()
        self.p = dropout_rate
        self.parts = nn.ModuleDict({
            "last": nn.LazyLinear(output_size),
            "norm": nn.LazyBatchNorm1d(),
            "first": nn.LazyLinear(hidden_size),
        })

    def forward(self, x):
        h = torch.clamp(self.parts["norm"](self.parts["first"](x)), min=0)
        if self.training and self.p > 0:
            keep = torch.bernoulli(torch.full_like(h, 1 - self.p))
            h = h * keep / (1 - self.p)
        return self.parts["last"](h)


def initialize_weights(model):
    for child in model.children():
        initialize_weights(child)
    weight, bias = getattr(model, "weight", None), getattr(model, "bias", None)
    match model:
        case nn.Linear():
            init.kaiming_normal_(weight)
        case nn.Conv2d():
            init.xavier_uniform_(weight, gain=1.0)
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            if weight is not None:
                weight.data = torch.ones_like(weight)
        case _:
            return
    if bias is not None:
        bias.data = torch.zeros_like(bias)
