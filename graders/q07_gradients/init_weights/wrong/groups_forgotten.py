"""The fans of a grouped convolution are those of an ordinary one.

Misconception: fan_in is in_channels times the kernel's area.
Caught by: test_grouped_convolution
Advice: Take the fans from the weight's shape, which knows of groups.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Conv2d):
            area = layer.kernel_size[0] * layer.kernel_size[1]
            bound = (6 / ((layer.in_channels + layer.out_channels) * area)) ** 0.5
            nn.init.uniform_(layer.weight, -bound, bound)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
