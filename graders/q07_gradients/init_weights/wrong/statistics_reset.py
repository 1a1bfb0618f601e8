"""Running statistics are reset.

Misconception: A fresh norm has fresh statistics.
Caught by: test_buffers_untouched
Advice: Only weight and bias were named: leave the buffers.
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
            layer.reset_parameters()
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
