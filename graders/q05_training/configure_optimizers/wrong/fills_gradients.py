"""Gives every parameter a gradient of zero.

Misconception: An optimiser needs a gradient everywhere.
Caught by: test_model_unchanged
Keeps: everything else
Advice: It skips parameters whose gradient is None; with a zero it moves them, momentum or not, and counts a step.
"""

import torch


def configure_optimizers(model, lr=0.001):
    params = [p for p in model.parameters() if p.requires_grad]
    for p in params:
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad
    return {
        "adam": torch.optim.Adam(params, lr=lr),
        "sgd": torch.optim.SGD(params, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(params, lr=lr),
    }
