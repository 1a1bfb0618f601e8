"""Derives from nn.ModuleList; always holds a projection, used only where it is needed; in-place addition on its own
result.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.ModuleList):
    def __init__(self, in_channels, out_channels, stride=1):
        norms = [nn.BatchNorm2d(out_channels) for _ in range(3)]
        first = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        second = nn.Conv2d(out_channels, out_channels, 3, 1, "same", bias=False)
        across = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        for convolution in (first, second, across):
            nn.init.kaiming_normal_(convolution.weight)
        super().__init__([across, second, first, *norms])
        self.agree = stride == 1 and in_channels == out_channels

    def forward(self, x):
        across, second, first, norm_c, norm_b, norm_a = self
        out = F.conv2d(x, first.weight, None, first.stride, 1)
        out = norm_b(second(F.relu_(norm_a(out))))
        out += x if self.agree else norm_c(across(x))
        return torch.maximum(out, out.new_zeros(()))
