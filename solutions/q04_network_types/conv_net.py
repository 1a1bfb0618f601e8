"""A small convolutional network: two blocks of convolution, ReLU and max-pool, then two linear layers.

Idea
    A convolution looks for the same 3x3 pattern everywhere, so that it needs few weights and finds a thing wherever it
    is. A pool halves the side and keeps the strongest answer of each 2x2 patch: what follows sees twice as far for the
    same price, and small shifts no longer matter. When the image has become a list of what was found and roughly
    where, linear layers decide.

Derivation
    A 3x3 convolution with padding 1 keeps the side (s + 2 * 1 - 3 + 1 = s), a 2x2 pool with stride 2 halves it. Two of
    them leave s / 4, which has to be whole, or the pool would silently drop the last row and column. The first linear
    layer therefore reads 32 * (s / 4)**2 numbers.

Cost
    For one image of side s: 9 * C * 16 * s**2 multiplications in the first convolution, 9 * 16 * 32 * s**2 / 4 in the
    second, 128 * 32 * s**2 / 16 in the first linear layer. At 32x32 the convolutions do nearly all the work with 5,088
    weights, and the linear layer holds 262,272 of the network's 268,650.

Pitfalls
    A flat size computed for 32x32 and written down as 2048. `view` in place of `flatten` or `reshape`: convolutions
    keep channels-last memory as it is, and a view cannot. A softmax at the end, which the loss applies again.
    `x.view(-1, 2048)`: with images of another size the batch changes instead of an error being raised.

Follow-up questions
    Does it matter whether ReLU comes before or after the pool? Not for the values: both are monotone, so they commute.
    After the pool it has a quarter of the work.
    How would you make it work for every image size? Replace the flattening by global (adaptive) average pooling, at
    the price of where things were.
    How far does one number before the linear layers see? 3, after the pool 4, after the second convolution 8, after
    the second pool 10 pixels to a side.
"""

import torch
from torch import nn


class ConvNet(nn.Module):
    """A small convolutional classifier."""

    def __init__(self, num_classes: int = 10, in_channels: int = 3, image_size: int = 32) -> None:
        """Raises ValueError where `image_size` is not a positive multiple of 4."""
        super().__init__()
        if image_size < 1 or image_size % 4:
            raise ValueError(f"image_size must be a positive multiple of 4, not {image_size}")
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, 16, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * (image_size // 4) ** 2, 128),
            nn.ReLU(),
            nn.Linear(128, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps images (N, in_channels, image_size, image_size) to raw scores (N, num_classes)."""
        return self.layers(x)
