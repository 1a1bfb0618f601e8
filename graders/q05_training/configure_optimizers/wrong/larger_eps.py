"""Adam's eps is 1e-7.

Misconception: eps is there against division by zero only, so its size does not matter.
Caught by: test_adam
Advice: It limits the step where gradients are small. Leave torch's 1e-8.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr, eps=1e-7),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
