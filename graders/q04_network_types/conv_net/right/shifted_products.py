"""Nine shifted products with a kernel of shape (3, 3, inputs, outputs), channels last throughout."""

import torch
from torch import nn


class Conv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.k = nn.Parameter(torch.randn(3, 3, i, o) / (9 * i) ** 0.5)
        self.b = nn.Parameter(torch.randn(o) * 0.01)

    def forward(self, x):
        n, h, w, c = x.shape
        p = x.new_zeros(n, h + 2, w + 2, c)
        p[:, 1:-1, 1:-1] = x
        y = self.b + sum(p[:, a : a + h, b : b + w] @ self.k[a, b] for a in range(3) for b in range(3))
        y = torch.maximum(
            torch.maximum(y[:, ::2, ::2], y[:, 1::2, ::2]), torch.maximum(y[:, ::2, 1::2], y[:, 1::2, 1::2])
        )
        return torch.where(y > 0, y, 0)


class ConvNet(nn.Module):
    def __init__(self, num_classes=10, in_channels=3, image_size=32):
        super().__init__()
        if image_size not in range(4, image_size + 1, 4):
            raise ValueError("bad size")
        self.head = nn.Sequential(
            Conv(in_channels, 16),
            Conv(16, 32),
            nn.Flatten(),
            nn.LazyLinear(128),
            nn.ReLU(),
            nn.Linear(128, num_classes),
        )
        with torch.no_grad():
            self.head(torch.zeros(1, image_size, image_size, in_channels))

    def forward(self, x):
        return self.head(x.movedim(1, -1))
