"""The kernel's area is left out of the fans.

Misconception: The fans are the numbers of channels.
Caught by: test_convolution_spread
Advice: Each output is a sum over channels and kernel positions.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Conv2d):
            bound = (6 / (layer.in_channels + layer.out_channels)) ** 0.5
            nn.init.uniform_(layer.weight, -bound, bound)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
