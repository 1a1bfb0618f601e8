"""The copy computes in float32.

Misconception: Models are float32.
Caught by: test_outputs, test_frozen_weights
Advice: A float64 model loses half its digits. Leave the dtype.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model).eval().float()
    return torch.no_grad()(lambda x: fast(x.float()).to(x.dtype))
