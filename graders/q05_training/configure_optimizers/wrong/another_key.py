"""AdamW comes as a fourth entry.

Misconception: One more does no harm.
Caught by: test_keys
Advice: Whoever loops over the dict trains it too. Exactly three.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "adamw": torch.optim.AdamW(parameters, lr=lr),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
