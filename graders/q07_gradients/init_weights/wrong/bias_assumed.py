"""Every layer is taken to have a bias.

Misconception: A layer has a bias.
Caught by: test_missing_parts
Advice: bias=False makes it None.
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
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if not isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)) or layer.affine:
            nn.init.zeros_(layer.bias)
