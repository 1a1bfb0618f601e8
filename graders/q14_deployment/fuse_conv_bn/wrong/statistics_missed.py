"""A norm without running statistics is not noticed.

Misconception: In evaluation mode there are always running statistics.
Caught by: test_no_statistics_refused
Keeps: test_values, test_training_mode_refused
Advice: With track_running_stats=False they are None, and the TypeError that follows names none of this. Check first.
"""

import torch
from torch import nn


@torch.no_grad()
def fuse_conv_bn(conv: nn.Conv2d, bn: nn.BatchNorm2d) -> nn.Conv2d:
    if bn.training:
        raise ValueError("bn must be in evaluation mode")
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
    return fused
