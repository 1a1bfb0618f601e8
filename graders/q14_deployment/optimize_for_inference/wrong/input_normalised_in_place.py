"""The input is cleaned in place.

Misconception: The batch is used once.
Caught by: test_side_effects
Keeps: test_no_autograd, test_frozen_weights
Advice: It belongs to the caller. Work on a tensor of your own.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model).eval()
    return torch.no_grad()(lambda x: (fast(x), x.mul_(0.5))[0])
