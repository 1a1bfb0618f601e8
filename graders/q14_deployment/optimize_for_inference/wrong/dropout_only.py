"""Only dropout layers are put into evaluation mode.

Misconception: The noise is what disturbs.
Caught by: test_outputs
Keeps: test_frozen_weights, test_no_autograd
Advice: Batch norm in training mode uses the batch's statistics, so that rows depend on each other, and a single row fails. eval() is for all.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model)
    for module in fast.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    return torch.no_grad()(fast)
