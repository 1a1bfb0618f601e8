"""Puts the model into training mode.

Misconception: Whoever makes optimisers is about to train.
Caught by: test_model_unchanged
Keeps: everything else
Advice: The mode belongs to the training loop, and some parts may be in evaluation mode on purpose.
"""

import torch


def configure_optimizers(model, lr=0.001):
    params = [p for p in model.parameters() if p.requires_grad]
    model.train()
    return {
        "adam": torch.optim.Adam(params, lr=lr),
        "sgd": torch.optim.SGD(params, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(params, lr=lr),
    }
