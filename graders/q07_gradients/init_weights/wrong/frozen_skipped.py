"""Frozen parameters are skipped.

Misconception: Frozen means untouchable.
Caught by: test_frozen
Advice: Freezing is about training: they are initialised too.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if not any(parameter.requires_grad for parameter in layer.parameters(recurse=False)):
            continue
        if isinstance(layer, nn.Linear):
            if layer.weight.requires_grad:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Conv2d):
            if layer.weight.requires_grad:
                nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
