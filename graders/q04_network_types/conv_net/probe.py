"""Runs beside the candidate's network: says what parameters it has, writes values into them, calls it."""

import submission
import torch
from torch import nn
from torch.nn.parameter import is_lazy


def shape(sizes, x):
    """The shape of a fresh network's result, or what it or the network is where that is something else."""
    network = submission.ConvNet(**sizes)
    if not isinstance(network, nn.Module):
        return f"{type(network).__name__}, no nn.Module"
    y = network(x)
    return list(y.shape) if isinstance(y, torch.Tensor) else f"{type(y).__name__}, no tensor"


def make(*args, **sizes):
    submission.ConvNet(*args, **sizes)


def shapes(network, x):
    """Name and shape of every trainable parameter; a lazy layer has one only after a first call."""
    if any(is_lazy(parameter) for parameter in network.parameters()):
        network(x)
    return {name: list(parameter.shape) for name, parameter in network.named_parameters() if parameter.requires_grad}


def write(network, values, dtype, device):
    """Move the network, and overwrite the named parameters."""
    network.to(device=device, dtype=getattr(torch, dtype))
    own = dict(network.named_parameters())
    with torch.no_grad():
        for name, value in values.items():
            own[name].copy_(value)


def forward(network, x, device, training=False):
    return network.train(training)(x.to(device))


def forward_laid_out(network, x, device):
    """Results for the same values in other orders of memory."""
    x = x.to(device)
    spread = torch.zeros(*x.shape[:-1], 2 * x.shape[-1], dtype=x.dtype, device=device)
    spread[..., ::2] = x
    network.eval()
    return [
        network(x.contiguous(memory_format=torch.channels_last)),
        network(x.transpose(2, 3).contiguous().transpose(2, 3)),
        network(spread[..., ::2]),
    ]


def forward_twice(network, x, device):
    """The results of two calls on the very same tensor."""
    x = x.to(device)
    network.eval()
    return [network(x), network(x)]


def backward(network, x, cotangent, device):
    """Gradients of the result's product with `cotangent`, at the input and at every parameter."""
    x = x.to(device).requires_grad_()
    (network.eval()(x) * cotangent.to(device)).sum().backward()
    return {"input": x.grad, "parameters": {name: parameter.grad for name, parameter in network.named_parameters()}}


def fresh_after_training(sizes, x, cotangent, rate):
    """A network as it comes, after one step of gradient descent: its results for `x`."""
    network = submission.ConvNet(**sizes)
    (network(x) * cotangent).sum().backward()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.grad is not None:
                parameter -= rate * parameter.grad
        return network(x)


def draws_after(seeds, sizes, x):
    """What torch's generator yields, for each seed it is given, after a network has been built and called."""
    draws = []
    for seed in seeds:
        torch.manual_seed(seed)
        build_and_call(sizes, x)
        draws.append(torch.rand(4, dtype=torch.float64))
    return torch.stack(draws)


def build_and_call(sizes, x):
    return submission.ConvNet(**sizes)(x)
