"""The model itself is traced.

Misconception: A trace holds constants.
Caught by: test_frozen_weights
Keeps: test_outputs, test_no_autograd, test_values_and_modes_kept
Advice: It refers to the model's parameters until it is frozen. Copy, or call torch.jit.freeze.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    modes = {module: module.training for module in model.modules()}
    traced = torch.jit.trace(model.eval(), sample_input)
    for module, mode in modes.items():
        module.training = mode
    return torch.no_grad()(lambda x: traced(x))
