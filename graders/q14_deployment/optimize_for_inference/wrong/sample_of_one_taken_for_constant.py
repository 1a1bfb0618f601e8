"""A sample of one row is exported as it is.

Misconception: An automatic dimension is free whatever the sample.
Caught by: test_sample_of_one
Keeps: test_outputs, test_batch_sizes, test_no_autograd
Advice: Sizes of 0 and 1 are taken for constants. Export with two rows at least.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    sizes = ({0: torch.export.Dim.AUTO},)
    fast = torch.export.export(copy.deepcopy(model).eval(), (sample_input,), dynamic_shapes=sizes).module()
    return torch.no_grad()(lambda x: fast(x))
