"""Only parameters with several dimensions are handed over.

Misconception: Biases are learnt by themselves.
Caught by: test_sgd, test_adam, test_rmsprop
Advice: Every parameter that requires gradients is trained.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad and p.dim() > 1]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
