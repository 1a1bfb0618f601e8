"""Each call switches autograd on again when it is through.

Misconception: Autograd was on when the call came.
Caught by: test_side_effects
Keeps: everything else
Advice: Whoever calls may have it off. A no_grad block gives back the mode that it found.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    frozen = copy.deepcopy(model).eval()

    def call(x: Tensor) -> Tensor:
        torch.set_grad_enabled(False)
        y = frozen(x)
        torch.set_grad_enabled(True)
        return y

    return call
