"""All parameters are handed over.

Misconception: A frozen parameter has no gradient, so the optimiser skips it.
Caught by: test_frozen
Advice: It may have one from before it was frozen. Hand over what requires gradients, no more.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = list(model.parameters())
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
