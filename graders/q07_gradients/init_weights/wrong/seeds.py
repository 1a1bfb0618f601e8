"""The generator is seeded first.

Misconception: Initialisation ought to be reproducible.
Caught by: test_independent, test_global_state
Advice: Seeding belongs to the caller.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    import torch

    torch.manual_seed(0)
    for layer in model.modules():
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
