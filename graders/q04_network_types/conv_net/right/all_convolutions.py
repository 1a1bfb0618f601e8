"""Fully convolutional: the linear layers are convolutions over the whole of what is left; ReLU after the pool."""

from torch import nn


class ConvNet(nn.Module):
    def __init__(self, num_classes=10, in_channels=3, image_size=32):
        super().__init__()
        quarter, rest = divmod(image_size, 4)
        if rest or quarter < 1:
            raise ValueError(f"{image_size} cannot be halved twice")
        self.top = nn.ModuleDict({"b": nn.Conv2d(128, num_classes, 1), "a": nn.Conv2d(32, 128, quarter)})
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 3, padding="same"), nn.MaxPool2d(2, 2), nn.ReLU(inplace=True))
            for a, b in ((in_channels, 16), (16, 32))
        )

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.top["b"](self.top["a"](x).relu_()).reshape(x.shape[0], -1)
