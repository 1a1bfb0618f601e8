"""Right, on a deep copy of the convolution, with scale and shift read off the norm itself: what it makes of 0 and 1."""

import copy

import torch
from torch import nn


def fuse_conv_bn(conv, bn):
    if bn.training or not bn.track_running_stats:
        raise ValueError("only a norm in eval mode with running statistics can be folded")
    twin = copy.deepcopy(conv)
    with torch.inference_mode(False), torch.no_grad():
        zeros = conv.weight.new_zeros(1, conv.out_channels, 1, 1)
        low, high = bn(zeros).flatten(), bn(zeros + 1).flatten()
        factor = high - low
        twin.weight = nn.Parameter(conv.weight * factor[:, None, None, None])
        twin.bias = nn.Parameter(low if conv.bias is None else low + factor * conv.bias)
    return twin
