"""SGD decays the weights.

Misconception: A little weight decay belongs to every optimiser.
Caught by: test_sgd
Advice: Everything else stays at its default, and that is 0.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9, weight_decay=1e-4),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
