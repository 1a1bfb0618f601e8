"""The result calls the two old layers.

Misconception: Fusing means putting both into one object.
Caught by: test_one_convolution, test_own_parameters
Keeps: test_values, test_padding_mode
Advice: That saves nothing. Compute one kernel and one bias.
"""

from torch import nn


class Fused(nn.Module):
    def __init__(self, conv, bn):
        super().__init__()
        self.conv, self.bn = conv, bn

    def forward(self, x):
        return self.bn(self.conv(x))


def fuse_conv_bn(conv, bn):
    if bn.training:
        raise ValueError("bn must be in evaluation mode")
    if bn.running_mean is None:
        raise ValueError("bn keeps no running statistics")
    return Fused(conv, bn)
