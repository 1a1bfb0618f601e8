"""The weights are kept as a state_dict.

Misconception: state_dict() takes a snapshot.
Caught by: test_frozen_weights
Keeps: test_outputs, test_no_autograd, test_values_and_modes_kept
Advice: Its tensors are the model's own. Clone each one.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    state, fast = model.state_dict(), copy.deepcopy(model).eval()
    return torch.no_grad()(lambda x: torch.func.functional_call(fast, state, (x,)))
