"""Autograd is left on.

Misconception: Evaluation mode switches it off.
Caught by: test_no_autograd
Keeps: test_outputs, test_mixed_modes, test_frozen_weights
Advice: eval() changes layers, not autograd: every call keeps a graph. Wrap the call in no_grad.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    return copy.deepcopy(model).eval()
