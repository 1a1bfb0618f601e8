"""Both paths are nn.Sequential, the skip registered first; plain operators and clamp in place of ReLU modules."""

import torch
from torch import nn


def conv_norm(n_in, n_out, size, step):
    return [nn.Conv2d(n_in, n_out, size, stride=step, padding=size // 2, bias=False), nn.BatchNorm2d(n_out)]


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        same = stride == 1 and in_channels == out_channels
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv_norm(in_channels, out_channels, 1, stride))
        self.trunk = nn.Sequential(
            *conv_norm(in_channels, out_channels, 3, stride), nn.ReLU(inplace=True), *conv_norm(out_channels, out_channels, 3, 1)
        )

    def forward(self, x):
        return torch.clamp(self.shortcut(x) + self.trunk(x), min=0)
