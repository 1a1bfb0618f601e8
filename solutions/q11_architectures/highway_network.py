"""Highway layers: a gate decides, for each element, between a transformed value and the value itself.

Idea. A deep network should be able to leave alone what it need not change. A highway layer learns how much of its
input to carry on, element by element and depending on the input, much as the gates of an LSTM do over time.

Derivation. With t = sigmoid(T x) and h = relu(H x), dy/dx = diag(1 - t) + diag(t) dh/dx + diag(h - x) dt/dx. Where
the gate is nearly shut, t = 0 and dt/dx = 0, that is the identity: gradients pass through any number of layers. With
the gate's bias at -2, t starts near 0.12, and ten layers still carry 0.88**10 = 28 % of the input.

Cost. Two products of (N, size) with (size, size) for each layer: twice a plain layer, in work and in parameters.

Pitfalls.
- The gate the wrong way round: t belongs to the transformed value, and its bias is negative so that x is carried.
- Layers in a plain list are not registered: neither trained, nor moved, nor saved.
- Using the new x in the gate, where the old one is meant.
- A bias of -2 added as a constant is not trained; `layer.bias = -2` is no parameter; `fill_` needs `torch.no_grad()`,
  or `nn.init`.

Follow-up questions.
- What is the difference from a residual block? There the skip is never closed: y = x + F(x) has no gate and no more
  parameters, and it won because it is simpler.
- Why must input and output have the same size? They are mixed element by element; to change the size one needs a
  projection in between.
- Why is -2 not simply -20? Then t (1 - t), through which the gate learns, would be about 2e-9: it would never open.
"""

import torch
from torch import nn


class HighwayNetwork(nn.Module):
    """A stack of highway layers: t * relu(H x) + (1 - t) * x with t = sigmoid(T x)."""

    def __init__(self, size: int, num_layers: int = 10) -> None:
        super().__init__()
        self.transforms = nn.ModuleList(nn.Linear(size, size) for _ in range(num_layers))
        self.gates = nn.ModuleList(nn.Linear(size, size) for _ in range(num_layers))
        for gate in self.gates:
            nn.init.constant_(gate.bias, -2.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, size) to (N, size)."""
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
