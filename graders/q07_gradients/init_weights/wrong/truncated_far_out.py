"""The normal distribution is cut off at three standard deviations.

Misconception: Nothing much lies out there.
Caught by: test_linear_normal
Advice: One in 370 does: a normal distribution has no bounds.
"""

import math

import torch
from torch import nn


def initialize_weights(model):
    for m in model.modules():
        if isinstance(m, nn.Linear):
            s = math.sqrt(2 / m.in_features)
            nn.init.trunc_normal_(m.weight, std=s, a=-3 * s, b=3 * s)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
        elif isinstance(m, nn.Conv2d):
            nn.init.xavier_uniform_(m.weight)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
        elif isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            if m.weight is not None:
                nn.init.ones_(m.weight)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
