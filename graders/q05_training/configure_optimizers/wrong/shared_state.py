"""The optimisers share one state.

Misconception: What is remembered of a parameter belongs to the parameter.
Caught by: test_independent
Advice: Each rule has buffers and a count of its own.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizers = {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
    optimizers["rmsprop"].state = optimizers["adam"].state
    return optimizers
