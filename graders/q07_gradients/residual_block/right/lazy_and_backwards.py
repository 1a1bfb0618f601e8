"""Lazy layers in a ModuleDict, registered from the last to the first; one ReLU shared by both places."""

from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.parts = nn.ModuleDict()
        self.parts["bend"] = nn.ReLU()
        self.parts["norm b"] = nn.LazyBatchNorm2d()
        self.parts["norm a"] = nn.LazyBatchNorm2d()
        self.parts["conv b"] = nn.LazyConv2d(out_channels, 3, padding=1, bias=False)
        self.parts["conv a"] = nn.LazyConv2d(out_channels, (3, 3), (stride, stride), (1, 1), bias=False)
        if (in_channels, 1) != (out_channels, stride):
            self.parts["norm s"] = nn.LazyBatchNorm2d()
            self.parts["conv s"] = nn.LazyConv2d(out_channels, 1, stride, bias=False)

    def forward(self, x):
        p = self.parts
        y = p["norm b"](p["conv b"](p["bend"](p["norm a"](p["conv a"](x)))))
        s = p["norm s"](p["conv s"](x)) if "conv s" in p else x
        return p["bend"](y + s)
