"""AdamW stands under adam.

Misconception: AdamW is Adam, only better.
Caught by: test_adam
Advice: It decays the weights by 0.01 at every step. Use torch.optim.Adam.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.AdamW(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
