"""All parameters are made to require gradients.

Misconception: Training needs gradients of every parameter.
Caught by: test_frozen, test_model_unchanged
Advice: Somebody froze them on purpose.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p.requires_grad_(True) for p in model.parameters()]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
