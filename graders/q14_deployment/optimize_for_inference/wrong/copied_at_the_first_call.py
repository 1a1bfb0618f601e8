"""The copy is made at the first call.

Misconception: Laziness saves memory.
Caught by: test_frozen_weights, test_frozen_structure
Keeps: test_outputs, test_no_autograd
Advice: What happens between making and calling shows. Copy at once.
"""

import copy

import torch
from torch import nn


def optimize_for_inference(model, sample_input):
    made = []

    @torch.no_grad()
    def call(x):
        if not made:
            made.append(copy.deepcopy(model).eval())
        return made[0](x)

    return call
