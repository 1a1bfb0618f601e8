"""Autograd is disabled globally.

Misconception: This process does nothing but inference.
Caught by: test_side_effects
Keeps: test_outputs, test_mixed_modes, test_frozen_weights
Advice: Whoever trains in the same process silently gets no gradients. Use no_grad as a context.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model).eval()

    def call(x):
        torch.set_grad_enabled(False)
        return fast(x)

    return call
