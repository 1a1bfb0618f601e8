"""The variant with loops is asked for.

Misconception: foreach=False is what one gets anyway.
Caught by: test_settings
Advice: The default None lets torch choose the fast way. Pass nothing.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr, foreach=False),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr, foreach=False),
    }
