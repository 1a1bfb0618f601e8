"""The basic residual block: relu(F(x) + skip(x)).

Idea. A deep stack of layers has to learn even the identity, should that be best, and a plain one does so badly. A
residual block starts from the identity and learns what to add to it: if F is driven to zero, the block passes x on.

Derivation. Let y = x + F(x). Then dL/dx = dL/dy (I + dF/dx). Through L such blocks the gradient is a product of
factors I + dF/dx, whose expansion contains the bare I: some of the gradient arrives at the first layer however small
the dF/dx are. In a plain stack it is the product of the dF/dx alone, which vanishes or explodes.

Cost. With C channels in and out and H * W pixels, 2 * 9 * C**2 * H * W multiplications; the identity costs an
addition. The projection adds a ninth of one convolution. Batch norm and ReLU are cheap in arithmetic, not in memory
traffic.

Pitfalls.
- ReLU before the addition: the block could then only ever add, and values would grow from block to block.
- No ReLU after it: this is the original block, whose output is non-negative (the pre-activation block is another
  design).
- `x += ...` or an in-place ReLU on x: the caller's tensor changes, and the skip path adds what is no longer x.
- A projection only where the channels differ: with stride 2 the shapes differ too.
- The stride on the second convolution: the shapes come out right, the values and the cost do not.
- Convolutions with a bias: batch norm subtracts it again.

Follow-up questions.
- Why has the skip no non-linearity of its own? It is the path on which gradients travel undisturbed; whatever stands
  on it is multiplied once for each block.
- How should one start the training of very deep stacks? Often with the last norm's scale at zero, so that each block
  starts as the identity.
- What does the block look like at inference? In evaluation mode batch norm is affine and can be folded into the
  convolution before it, so that two convolutions, one addition and two ReLUs remain.
"""

import torch
from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch norm, and a skip path around them."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.skip = nn.Sequential()  # the identity
        if stride != 1 or in_channels != out_channels:
            self.skip = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, in_channels, H, W) to (N, out_channels, H', W'), where H' = (H - 1) // stride + 1."""
        out = F.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(out))
        return F.relu(out + self.skip(x))
