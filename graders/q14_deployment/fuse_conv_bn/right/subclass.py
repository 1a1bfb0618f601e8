"""Right, as a subclass of nn.Conv2d that computes its weights in its own constructor, in float64, and starts frozen."""

import torch


class Folded(torch.nn.Conv2d):
    def __init__(self, conv, bn):
        options = {name: getattr(conv, name) for name in ("stride", "padding", "dilation", "groups", "padding_mode")}
        super().__init__(conv.in_channels, conv.out_channels, conv.kernel_size, **options)
        self.to(conv.weight)
        double = {k: v.double() for k, v in bn.state_dict().items()}
        factor = double.get("weight", 1.0) * (double["running_var"] + bn.eps) ** -0.5
        offset = double.get("bias", 0.0) - double["running_mean"] * factor
        if conv.bias is not None:
            offset = offset + conv.bias.detach().double() * factor
        self.weight.data.copy_(torch.einsum("oikl,o->oikl", conv.weight.detach().double(), factor))
        self.bias.data.copy_(offset)
        self.requires_grad_(False)


def fuse_conv_bn(conv, bn):
    if bn.training:
        raise ValueError("training mode")
    if "running_mean" not in bn.state_dict():
        raise ValueError("no running statistics")
    return Folded(conv, bn)
