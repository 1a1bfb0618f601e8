"""Every norm is taken to have a weight.

Misconception: A norm is affine.
Caught by: test_missing_parts
Advice: affine=False makes weight and bias None.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        else:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
