"""SGD and Adam are made from one parameter group.

Misconception: an optimiser copies the dict that it is given.
Caught by: test_independent
Keeps: everything else
Advice: It keeps the dict, so that a new learning rate for one is one for both. Give each a list of parameters, or a dict of its own.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    group = {"params": parameters}
    return {
        "adam": torch.optim.Adam([group], lr=lr),
        "sgd": torch.optim.SGD([group], lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
