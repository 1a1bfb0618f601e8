"""One generator is handed to all three.

Misconception: filter(...) gives a list.
Caught by: test_keys, test_sgd, test_rmsprop
Advice: The first optimiser uses it up, and the others raise over an empty list. Make it a list.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = filter(lambda p: p.requires_grad, model.parameters())
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
