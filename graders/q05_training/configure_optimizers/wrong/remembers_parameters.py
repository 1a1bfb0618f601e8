"""Keeps the list of parameters for the next call.

Misconception: Which parameters are trained does not change.
Caught by: test_frozen
Keeps: everything else
Advice: Fine-tuning thaws layers and asks again: look at requires_grad at every call.
"""

import torch


def configure_optimizers(model, lr=0.001):
    if not hasattr(model, "_trainable"):
        model.__dict__["_trainable"] = [p for p in model.parameters() if p.requires_grad]
    params = model._trainable
    return {
        "adam": torch.optim.Adam(params, lr=lr),
        "sgd": torch.optim.SGD(params, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(params, lr=lr),
    }
