"""eval() is called only where the model says that it is in training mode.

Misconception: A model in evaluation mode is so throughout.
Caught by: test_mixed_modes
Keeps: test_outputs, test_no_autograd
Advice: A submodule may be in training mode on its own. Call eval() in any case.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model)
    if fast.training:
        fast.eval()
    return torch.no_grad()(fast)
