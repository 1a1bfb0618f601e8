"""The model itself is put into evaluation mode and wrapped.

Misconception: Whoever asks for inference is done with training.
Caught by: test_frozen_weights, test_frozen_structure, test_values_and_modes_kept
Keeps: test_outputs, test_no_autograd
Advice: The model goes on changing under the service, and comes back in another mode. Work on a deep copy.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    return torch.no_grad()(model.eval())
