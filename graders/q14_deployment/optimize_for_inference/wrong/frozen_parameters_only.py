"""Only the copy's parameters stop requiring gradients.

Misconception: Without such parameters nothing is recorded.
Caught by: test_no_autograd
Keeps: test_outputs, test_mixed_modes, test_frozen_weights
Advice: An input that requires gradients starts a graph all the same. Wrap the call.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    return copy.deepcopy(model).eval().requires_grad_(False)
