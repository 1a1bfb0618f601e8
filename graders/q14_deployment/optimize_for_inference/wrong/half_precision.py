"""The copy computes in half precision.

Misconception: Inference does not need more.
Caught by: test_outputs, test_frozen_weights
Advice: Outputs were to be equal. Lower precision is another decision, to be measured by itself.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    fast = copy.deepcopy(model).eval().bfloat16()
    return torch.no_grad()(lambda x: fast(x.bfloat16()).to(x.dtype))
