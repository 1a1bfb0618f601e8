"""The fused layer is a shallow copy of the old one.

Misconception: copy.copy gives an independent module.
Caught by: test_layers_unchanged, test_own_parameters
Keeps: test_values, test_groups
Advice: A shallow copy shares the dictionary of parameters, and assigning to one assigns to both. Use deepcopy or a new layer.
"""

import copy

import torch
from torch import nn


@torch.no_grad()
def fuse_conv_bn(conv: nn.Conv2d, bn: nn.BatchNorm2d) -> nn.Conv2d:
    if bn.training:
        raise ValueError("bn must be in evaluation mode")
    if bn.running_mean is None:
        raise ValueError("bn keeps no running statistics")
    scale = torch.rsqrt(bn.running_var + bn.eps)
    if bn.weight is not None:
        scale = scale * bn.weight
    shift = -bn.running_mean if conv.bias is None else conv.bias - bn.running_mean
    bias = shift * scale if bn.bias is None else shift * scale + bn.bias
    fused = copy.copy(conv)
    fused.weight = nn.Parameter(conv.weight * scale.reshape(-1, 1, 1, 1))
    fused.bias = nn.Parameter(bias)
    return fused
