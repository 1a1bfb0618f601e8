"""no_grad surrounds the making, not the call.

Misconception: What is made without autograd runs without it.
Caught by: test_no_autograd
Keeps: test_outputs, test_mixed_modes, test_frozen_weights
Advice: Autograd looks at the mode in which an operation runs. Put no_grad around the call.
"""

import copy

import torch
from torch import nn


@torch.no_grad()
def optimize_for_inference(model, sample_input):
    return copy.deepcopy(model).eval()
