"""The program is exported with the sample's batch size.

Misconception: Sizes are free unless one says otherwise.
Caught by: test_batch_sizes
Keeps: test_outputs, test_no_autograd
Advice: torch.export takes them for constants. Name the batch dimension in dynamic_shapes.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    program = torch.export.export(copy.deepcopy(model).eval(), (sample_input,))
    fast = program.module()
    return torch.no_grad()(lambda x: fast(x))
