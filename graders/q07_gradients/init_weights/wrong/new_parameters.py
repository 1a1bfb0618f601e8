"""The weights of linear layers are replaced by new parameters.

Misconception: An attribute can be assigned.
Caught by: test_same_objects
Advice: The optimiser holds the old ones: fill in place.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            layer.weight = nn.Parameter(nn.init.kaiming_normal_(layer.weight.detach().clone()), layer.weight.requires_grad)
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
