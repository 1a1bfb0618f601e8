"""SGD has no momentum.

Misconception: Momentum 0.9 is SGD's default.
Caught by: test_sgd
Advice: It is 0: pass momentum=0.9.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
