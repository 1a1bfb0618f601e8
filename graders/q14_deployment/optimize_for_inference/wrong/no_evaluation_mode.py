"""The copy is left in the mode in which the model came.

Misconception: Without autograd a model is in inference.
Caught by: test_outputs
Keeps: test_frozen_weights, test_no_autograd
Advice: no_grad does not switch dropout off, nor batch norm to its running statistics. Call eval().
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    return torch.no_grad()(copy.deepcopy(model))
