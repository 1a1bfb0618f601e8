"""What a linear layer or a convolution holds inside is not visited.

Misconception: Layers are leaves.
Caught by: test_subclasses
Advice: An adapter is a layer that holds others: model.modules() visits them too.
"""

import math

import torch
from torch import nn


def initialize_weights(model):
    todo = [model]
    while todo:
        m = todo.pop()
        if not isinstance(m, (nn.Linear, nn.Conv2d)):
            todo.extend(m.children())
        if isinstance(m, nn.Linear):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
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
