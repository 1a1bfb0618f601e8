"""The keys are the classes' names.

Misconception: Keys are not case-sensitive.
Caught by: test_keys, test_sgd, test_adam, test_rmsprop
Advice: The keys are adam, sgd and rmsprop.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "Adam": torch.optim.Adam(parameters, lr=lr),
        "SGD": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "RMSprop": torch.optim.RMSprop(parameters, lr=lr),
    }
