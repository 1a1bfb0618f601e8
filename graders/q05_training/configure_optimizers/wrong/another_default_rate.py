"""The default learning rate is 0.01.

Misconception: 0.01 is everybody's default.
Caught by: test_default_rate
Advice: The signature is part of the task: lr=0.001.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.01) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
