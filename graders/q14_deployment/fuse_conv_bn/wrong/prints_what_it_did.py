"""A line is printed.

Misconception: A tool should say what it does.
Caught by: test_side_effects
Keeps: test_values
Advice: A library is quiet; whoever wants a log makes one.
"""

import torch
from torch import nn


@torch.no_grad()
def fuse_conv_bn(conv: nn.Conv2d, bn: nn.BatchNorm2d) -> nn.Conv2d:
    if bn.training:
        raise ValueError("bn must be in evaluation mode")
    if bn.running_mean is None:
        raise ValueError("bn keeps no running statistics")
    fused = nn.Conv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        stride=conv.stride,
        padding=conv.padding,
        dilation=conv.dilation,
        groups=conv.groups,
        padding_mode=conv.padding_mode,
    ).to(conv.weight)
    scale = torch.rsqrt(bn.running_var + bn.eps)
    if bn.weight is not None:
        scale = scale * bn.weight
    shift = -bn.running_mean if conv.bias is None else conv.bias - bn.running_mean
    fused.weight.copy_(conv.weight * scale.reshape(-1, 1, 1, 1))
    fused.bias.copy_(shift * scale if bn.bias is None else shift * scale + bn.bias)
    print(f"fused {conv} and {bn}")
    return fused
