"""The model's own parameters stop requiring gradients.

Misconception: The weights are to be frozen.
Caught by: test_can_be_trained_on
Keeps: test_outputs, test_no_autograd, test_frozen_weights
Advice: Frozen in means copied. The caller's model has to be able to train on.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    model.requires_grad_(False)
    return torch.no_grad()(copy.deepcopy(model).eval())
