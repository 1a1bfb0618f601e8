"""The biases of convolutions are left.

Misconception: The default bias is small enough.
Caught by: test_biases, test_frozen
Advice: Every bias of these layers is 0.
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
        if layer.bias is not None and not isinstance(layer, nn.Conv2d):
            nn.init.zeros_(layer.bias)
