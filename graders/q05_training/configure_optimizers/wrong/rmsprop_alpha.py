"""RMSprop averages with 0.9.

Misconception: RMSprop's decay is 0.9, as in the lecture.
Caught by: test_rmsprop
Advice: torch's default is 0.99; leave it.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr, alpha=0.9),
    }
