"""Weights of equal shape are copies of each other.

Misconception: The same distribution means the same numbers.
Caught by: test_independent
Advice: Draw each layer anew.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    seen = {}
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            layer.weight.data.copy_(seen.setdefault(layer.weight.shape, layer.weight.data.clone()))
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
