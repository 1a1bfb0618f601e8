"""Builds float layers from given weights, has them quantised, and runs what comes back."""

import torch
from torch import nn


def quantize(x):
    return submission.quantize(x)  # noqa: F821


def quantize_transposed(x):
    return quantize(x.T)


def linear(weight, bias):
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, dtype=weight.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def quantized(weight, bias):
    return submission.QuantizedLinear.from_float(linear(weight, bias))  # noqa: F821


def forward(weight, bias, x):
    return quantized(weight, bias)(x)


def buffers(weight, bias):
    """What is registered, and whether it is a module."""
    layer = quantized(weight, bias)
    if not isinstance(layer, nn.Module):
        return {}
    return {name: tensor for name, tensor in layer.named_buffers() if isinstance(tensor, torch.Tensor)}


def state(weight, bias):
    """All tensors that would be saved."""
    return {name: value for name, value in quantized(weight, bias).state_dict().items() if torch.is_tensor(value)}


def other_state(one, other, x):
    """What the first layer gives with the second one's state loaded."""
    layer = quantized(*one)
    layer.load_state_dict(quantized(*other).state_dict())
    return layer(x)


def gradient(weight, bias, x, cotangent):
    layer = quantized(weight, bias)
    x = x.requires_grad_()
    (layer(x) * cotangent).sum().backward()
    return x.grad


def float_layer_afterwards(weight, bias):
    """The float layer after it has been quantised."""
    layer = linear(weight, bias)
    layer.bias.requires_grad_(False)
    submission.QuantizedLinear.from_float(layer)  # noqa: F821
    return {"weight": layer.weight.detach(), "bias": layer.bias.detach(), "requires_grad": flags(layer)}


def flags(layer):
    return [bool(layer.weight.requires_grad), bool(layer.bias.requires_grad)]


def use(weight, bias, x):
    """Make a layer and call it, for whoever looks on."""
    return quantized(weight, bias)(x).detach()
