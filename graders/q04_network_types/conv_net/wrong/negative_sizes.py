"""A negative multiple of 4 is let through.

Misconception: Whoever refuses 0 and what is no multiple of 4 has refused everything.
Caught by: test_image_size
Keeps: everything else
Advice: -4 is a multiple of 4, too, and its square is that of 4, so that nothing else complains: ask for image_size < 4.
"""

import torch
from torch import nn


class ConvNet(nn.Module):
    def __init__(self, num_classes=10, in_channels=3, image_size=32):
        super().__init__()
        if image_size % 4 or image_size == 0:
            raise ValueError(f"image_size must be a positive multiple of 4, not {image_size}")
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(32 * (image_size // 4) ** 2, 128)
        self.fc2 = nn.Linear(128, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = x.flatten(1)
        x = torch.relu(self.fc1(x))
        return self.fc2(x)
