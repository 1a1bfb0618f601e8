"""A Sequential of a sum and a ReLU; the sum stacks what a ModuleList gives, the skip first."""

import torch
from torch import nn


class _Sum(nn.ModuleList):
    def forward(self, x):
        return torch.stack([m(x) for m in self]).sum(0)


class ResidualBlock(nn.Sequential):
    def __init__(self, in_channels, out_channels, stride=1):
        skip = nn.Identity()
        if (stride, in_channels) != (1, out_channels):
            skip = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))
        main = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, padding="same" if stride == 1 else 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, padding="same", bias=False),
            nn.BatchNorm2d(out_channels),
        )
        super().__init__(_Sum([skip, main]), nn.ReLU(inplace=True))
