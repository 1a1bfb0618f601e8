"""A densely connected network.

Idea
    A residual layer adds to what is there, a dense layer appends to it. Nothing is ever overwritten, so that each layer
    needs to contribute only a few new features (`growth_rate`), and the head can use the input and every stage.

Derivation
    Before layer i the concatenation has `input_size + i * growth_rate` features, and before the head
    `input_size + num_layers * growth_rate`. The gradient at the features so far is the sum of what comes from the head
    and from all later layers: each layer has a direct path to the loss, which is why such networks train well.

Cost
    The widths grow linearly, and the weights with the square of the depth:
    `growth_rate * (L * input_size + growth_rate * L (L - 1) / 2)` for L layers. Concatenating anew in each layer copies
    everything L times; autograd keeps the copies.

Pitfalls
    Layers in a plain list are not registered. The order of the concatenation is part of the model: weights that were
    trained with the input first are useless with the newest features first. One batch norm for all layers mixes their
    statistics. ReLU on the concatenation instead of on the new features alone cuts off the input's negative half. A
    bias before batch norm does nothing but cost memory.

Follow-up questions
    How does this differ from a residual network? There the sum has a fixed width and earlier features can be changed;
    here they stay, and later layers choose what they use.
    How do convolutional DenseNets stay affordable? 1x1 convolutions narrow the concatenation before each 3x3 one
    (bottleneck), and transition layers between blocks halve the channels and the resolution.
    Memory is short: what can be done? Recompute the concatenations and norms in the backward pass (checkpointing); they
    are cheap to compute and expensive to keep.
"""

import torch
from torch import nn


class DenseNet(nn.Module):
    """Layers on the concatenation of the input and all earlier layers' outputs; a linear head on all of them."""

    def __init__(self, input_size: int, growth_rate: int = 32, num_layers: int = 3, num_classes: int = 10) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        width = input_size
        for _ in range(num_layers):
            self.layers.append(nn.Sequential(nn.Linear(width, growth_rate), nn.BatchNorm1d(growth_rate), nn.ReLU()))
            width += growth_rate
        self.head = nn.Linear(width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, input_size) to raw scores (N, num_classes)."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return self.head(x)
