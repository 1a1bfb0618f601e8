"""Flattens each image as it lies in memory.

Misconception: a tensor's numbers lie channel by channel, row by row, so that a new stride costs nothing and is safe.
Caught by: test_memory_layout
Keeps: everything else
Advice: A channels-last image stays channels-last through convolutions and pools: flatten(1) goes by index, not by memory.
"""

import torch
from torch import nn


class ConvNet(nn.Module):
    def __init__(self, num_classes=10, in_channels=3, image_size=32):
        super().__init__()
        if image_size < 1 or image_size % 4:
            raise ValueError("image_size must be a positive multiple of 4")
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(32 * (image_size // 4) ** 2, 128)
        self.fc2 = nn.Linear(128, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.fc2(torch.relu(self.fc1(x.as_strided((len(x), x[0].numel()), (x[0].numel(), 1)))))
