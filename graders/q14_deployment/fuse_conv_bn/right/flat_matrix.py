"""Right, with the kernels flattened to a matrix and scaled by a diagonal one; the layer is made without initialising."""

import torch
import torch.nn as nn


def fuse_conv_bn(conv: nn.Conv2d, bn: nn.BatchNorm2d) -> nn.Conv2d:
    mean, var = bn.running_mean, bn.running_var
    if mean is None:
        raise ValueError("no running statistics to fold in")
    if bn.training:
        raise ValueError("call bn.eval() first")
    mean, var = mean.detach(), var.detach()
    gamma = torch.ones_like(mean) if bn.weight is None else bn.weight.detach()
    beta = torch.zeros_like(mean) if bn.bias is None else bn.bias.detach()
    old = torch.zeros_like(mean) if conv.bias is None else conv.bias.detach()
    s = gamma / (var + bn.eps).sqrt()
    w = conv.weight.detach()
    out = nn.utils.skip_init(
        nn.Conv2d, conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, conv.dilation,
        conv.groups, True, conv.padding_mode, dtype=w.dtype,
    )
    out.load_state_dict({"weight": (torch.diag(s) @ w.flatten(1)).view_as(w), "bias": beta + (old - mean) * s})
    return out
