"""Only the direct children's own parameters are handed over.

Misconception: A model's parameters are those of its layers.
Caught by: test_every_parameter
Advice: The model may have parameters of its own, and layers within layers.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = list({p: 0 for m in model.children() for p in m.parameters(recurse=False) if p.requires_grad})
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
