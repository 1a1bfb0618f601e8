"""SGD's momentum is dampened.

Misconception: The buffer is an average, with weights 0.9 and 0.1.
Caught by: test_sgd
Advice: torch adds the whole gradient to the buffer unless told otherwise.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9, dampening=0.1),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
