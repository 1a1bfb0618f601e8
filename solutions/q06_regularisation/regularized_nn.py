"""A network with batch norm and dropout, and an initialisation that suits ReLU.

Idea
    Batch norm keeps the scale of the hidden values steady while the weights move; dropout keeps units from relying on
    each other; the initialisation sees to it that signals neither die nor explode before either has learnt anything.

Derivation
    A linear unit sums fan_in products: `Var(z) = fan_in * Var(w) * E[a**2]`. If a = relu(z') with z' symmetric about 0,
    then `E[a**2] = Var(z') / 2`: the variance is kept from layer to layer where `Var(w) = 2 / fan_in` (He). Without the
    half, and as a compromise between the forward pass (fan_in) and the backward pass (fan_out), one gets
    `Var(w) = 2 / (fan_in + fan_out)` (Xavier). A uniform distribution on ±a has variance a**2 / 3: hence the 6.

Cost
    Two matrix products for each row; batch norm and dropout touch each hidden value once. The initialisation draws one
    number for each weight.

Pitfalls
    `F.dropout(x, p)` is on by default, in evaluation mode too: it needs `training=self.training`; nn.Dropout knows.
    `model.children()` gives the first level only and never the model itself. A new nn.Parameter in the place of the old
    one leaves an optimiser with the old one, and is not frozen any more. `bias=False` makes the bias None, and
    `affine=False` the norm's weight. `m.reset_parameters()` of a norm resets its running statistics as well. The
    default of `kaiming_normal_` is leaky ReLU with slope 0, which happens to be ReLU.

Follow-up questions
    Why is dropout behind batch norm? Before it, the variance in training differs from the one in evaluation, and the
    running statistics fit training only.
    Is the first layer's bias of any use? No: batch norm subtracts it. It can be left out.
    Why start biases at 0? Symmetry is broken by the weights already; a positive bias would make ReLUs start open, which
    batch norm undoes anyway.
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
        return self.layers(x)


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
