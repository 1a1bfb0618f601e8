"""The model runs once on the sample before it is copied.

Misconception: A warm-up pass changes nothing.
Caught by: test_values_and_modes_kept
Keeps: test_no_autograd
Advice: In training mode it moves batch norm's running statistics. Run the copy, in evaluation mode.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    with torch.no_grad():
        model(sample_input.repeat(2, 1, 1, 1) if sample_input.ndim == 4 else sample_input.repeat(2, 1))
    return torch.no_grad()(copy.deepcopy(model).eval())
