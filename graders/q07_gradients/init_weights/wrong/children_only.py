"""Only the direct children are visited.

Misconception: children() gives all layers.
Caught by: test_nested, test_subclasses, test_model_itself
Advice: modules() visits every depth, and the model itself.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.children():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
