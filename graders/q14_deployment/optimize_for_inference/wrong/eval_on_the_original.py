"""The model is switched to evaluation mode before it is copied.

Misconception: eval() on the way does no harm.
Caught by: test_values_and_modes_kept
Keeps: test_outputs, test_frozen_weights, test_no_autograd
Advice: The caller's model stays in evaluation mode and trains on without dropout. Copy first.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    return torch.no_grad()(copy.deepcopy(model.eval()))
