"""The tails of the normal distribution are cut off.

Misconception: Truncated is safer.
Caught by: test_linear_spread
Advice: Normal was asked for: the tails belong to it.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            std = (2 / layer.in_features) ** 0.5
            nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std)
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
