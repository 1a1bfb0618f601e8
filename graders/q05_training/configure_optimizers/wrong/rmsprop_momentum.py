"""RMSprop gets momentum 0.9 too.

Misconception: All three should be compared with momentum.
Caught by: test_rmsprop
Advice: Asked for is momentum in SGD only.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr, momentum=0.9),
    }
