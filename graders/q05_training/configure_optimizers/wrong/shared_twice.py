"""A shared parameter is listed twice.

Misconception: Going through the modules visits every parameter once.
Caught by: test_shared
Advice: Module by module repetitions are not seen; model.parameters() leaves them out.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for m in model.modules() for p in m.parameters(recurse=False) if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
