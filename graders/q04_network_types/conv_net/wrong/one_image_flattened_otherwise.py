"""Flattens a single image in another order than a batch.

Misconception: without its batch dimension an image is best flattened position by position.
Caught by: test_every_position
Advice: The linear layer knows one order only: flatten a batch of one as you flatten any other.
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
        x = x.squeeze(0)
        x = x.flatten(1) if x.dim() == 4 else x.permute(1, 2, 0).reshape(1, -1)
        return self.fc2(torch.relu(self.fc1(x)))
