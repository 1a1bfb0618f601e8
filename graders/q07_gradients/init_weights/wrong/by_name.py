"""The class's name decides.

Misconception: A layer called Linear is one.
Caught by: test_subclasses, test_others_untouched
Advice: isinstance decides, not the name.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not any(name in type(layer).__name__ for name in ("Linear", "Conv2d", "BatchNorm1d", "BatchNorm2d")):
            continue
        if "Linear" in type(layer).__name__:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif "Conv2d" in type(layer).__name__:
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
