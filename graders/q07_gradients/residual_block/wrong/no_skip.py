"""The skip path is forgotten where the shapes agree.

Misconception: The skip path is there to mend shapes.
Caught by: test_identity_skip, test_final_relu, test_dtype, test_input_unchanged, test_input_gradient
Advice: Adding x is the whole idea: without it gradients have to pass every convolution.
"""

from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if isinstance(self.shortcut, nn.Identity):
            return F.relu(out)
        return F.relu(out + self.shortcut(x))
