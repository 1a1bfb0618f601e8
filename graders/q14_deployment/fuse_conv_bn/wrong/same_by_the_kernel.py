"""The word "same" is turned into numbers by the kernel's size alone.

Misconception: "same" is half a kernel on each side.
Caught by: test_dilation
Keeps: everything else
Advice: A dilated kernel reaches further. Hand conv.padding on as it is, word or numbers.
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
        padding=conv.padding if conv.padding != "same" else tuple(size // 2 for size in conv.kernel_size),
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
