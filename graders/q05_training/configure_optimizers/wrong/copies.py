"""The optimisers hold copies of the parameters.

Misconception: Three optimisers need three copies in order not to disturb each other.
Caught by: test_sgd, test_adam, test_rmsprop
Advice: Then the model never moves. They hold the same parameters.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p.detach().clone().requires_grad_() for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
