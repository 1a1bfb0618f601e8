"""Only the top module's training flag is cleared.

Misconception: Submodules look at their parent's flag.
Caught by: test_outputs
Keeps: test_no_autograd, test_frozen_weights
Advice: Each has a flag of its own; eval() sets them all.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model)
    fast.training = False
    return torch.no_grad()(fast)
