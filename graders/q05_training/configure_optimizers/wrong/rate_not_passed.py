"""RMSprop keeps its own learning rate.

Misconception: lr is for Adam and SGD; RMSprop has a good default.
Caught by: test_rmsprop
Advice: Pass lr to all three.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters),
    }
