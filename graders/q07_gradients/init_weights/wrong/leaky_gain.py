"""The gain of a leaky ReLU with slope sqrt(5), as the layers' own reset has it.

Misconception: That is what torch does by default.
Caught by: test_linear_spread
Advice: a=0 for a ReLU.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, a=5**0.5, nonlinearity="leaky_relu")
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
