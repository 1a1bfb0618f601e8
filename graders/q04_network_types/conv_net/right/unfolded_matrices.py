"""Matrices for unfolded images, registered last layer first; pools by reshape; flattened with the channel last."""

import torch
import torch.nn.functional as F
from torch import nn


class ConvNet(nn.Module):
    def __init__(self, num_classes=10, in_channels=3, image_size=32):
        super().__init__()
        if image_size <= 0 or image_size & 3:
            raise ValueError(f"image_size {image_size}")
        sizes = [(128, num_classes), (32 * image_size**2 // 16, 128), (144, 32), (9 * in_channels, 16)]
        self.bs = nn.ParameterList([nn.Parameter(torch.zeros(o)) for _, o in sizes])
        self.ws = nn.ParameterList([nn.Parameter(torch.randn(i, o) * (2 / i) ** 0.5) for i, o in sizes])

    def block(self, x, k):
        n, _, s, _ = x.shape
        cols = F.unfold(x, 3, padding=1).mT @ self.ws[k] + self.bs[k]
        m = cols.clamp_min(0).reshape(n, s // 2, 2, s // 2, 2, -1)
        return m.amax((2, 4)).permute(0, 3, 1, 2)

    def forward(self, x):
        y = self.block(self.block(x, 3), 2).permute(0, 2, 3, 1).flatten(1)
        return (y @ self.ws[1] + self.bs[1]).relu() @ self.ws[0] + self.bs[0]
