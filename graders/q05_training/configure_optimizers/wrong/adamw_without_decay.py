"""AdamW without weight decay stands under adam.

Misconception: Without its decay AdamW is Adam.
Caught by: test_classes
Advice: It steps alike, but it is not the class that was asked for.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.AdamW(parameters, lr=lr, weight_decay=0.0),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
