"""The model is printed.

Misconception: It is good to see what is served.
Caught by: test_side_effects
Keeps: test_outputs, test_no_autograd
Advice: A library is quiet.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    print(model)
    return torch.no_grad()(copy.deepcopy(model).eval())
