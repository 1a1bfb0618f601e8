"""The model itself is left out.

Misconception: A model consists of layers.
Caught by: test_model_itself
Advice: A model may be a single layer: modules() begins with it.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in list(model.modules())[1:]:
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
