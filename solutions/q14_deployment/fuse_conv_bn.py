"""Folding batch norm into the convolution before it.

Idea
    In evaluation mode batch norm is an affine map of each channel, with numbers that no longer depend on the batch. A
    convolution followed by such a map is a convolution.

Derivation
    For output channel c, with s_c = gamma_c / sqrt(var_c + eps):

        bn(conv(x))_c = (W_c * x + b_c - mean_c) s_c + beta_c = (s_c W_c) * x + ((b_c - mean_c) s_c + beta_c)

    so the new kernel is s_c W_c and the new bias what the norm makes of the old one. Output channels are the first
    dimension of the weight, with groups too, so that one reshape serves all. Padding is of the input, before anything
    happens to it, so it is untouched.

Cost
    One pass over the weights, once. At inference one layer less: batch norm costs little arithmetic, but reads and
    writes the whole feature map, which is what takes time.

Pitfalls
    Leaving the old bias unscaled, or forgetting that there is a new bias where the convolution had none. Taking
    `bn.weight` for granted: it is None without affine weights. A setting of the convolution lost in the copy (padding
    mode and groups go first). Writing into the old weights. Fusing in training mode: the batch's own statistics are not
    known beforehand.

Follow-up questions
    Can a norm *before* a convolution be folded? Without padding, yes: s then multiplies input channels, and the shift
    goes through the kernel into the bias. With zero padding it cannot: the border is padded with 0 after the norm, and
    would have to be padded with another value.
    Why not train the fused layer? Its gradients are those of another parametrisation: the norm's effect on the
    training (scale invariance of the weights, noise from the batch) is gone.
    What does quantisation have to do with it? Weights are quantised after folding, since the folded ones are what runs;
    s_c differs from channel to channel, which is a reason for one scale a channel.
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
    return fused
