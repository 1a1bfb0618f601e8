"""AMSGrad is switched on.

Misconception: AMSGrad is the corrected Adam, so it is what Adam should be.
Caught by: test_adam
Advice: Everything else stays at its default.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr, amsgrad=True),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
