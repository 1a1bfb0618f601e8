"""The copy is a shallow one.

Misconception: copy.copy copies a module.
Caught by: test_frozen_weights, test_values_and_modes_kept
Keeps: test_outputs, test_no_autograd
Advice: It copies the outermost attributes: weights and submodules are shared. Use deepcopy.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    return torch.no_grad()(copy.copy(model).eval())
