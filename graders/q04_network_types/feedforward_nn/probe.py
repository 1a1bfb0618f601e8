"""Runs beside the candidate's network: says what parameters it has, writes values into them, calls it."""

import torch
from torch import nn
from torch.nn.parameter import is_lazy


def is_module(network):
    return isinstance(network, nn.Module)


def shapes(network, input_size):
    """Name and shape of every trainable parameter; a lazy layer has one only after a first call."""
    if any(is_lazy(parameter) for parameter in network.parameters()):
        network(torch.zeros(2, input_size))
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


def forward_strided(network, x, device):
    """`x` with the same values in another order of memory, so that a view of it cannot be flattened."""
    base = torch.empty(*x.shape[::-1], dtype=x.dtype, device=device)
    strided = base.permute(*reversed(range(x.dim())))
    strided.copy_(x)
    return network.eval()(strided)


def forward_again(network, x, device):
    """The result of a second call on the very same tensor."""
    x = x.to(device)
    network.eval()(x)
    return network(x)


def backward(network, x, cotangent, device):
    """Gradients of the result's product with `cotangent`, at the input and at every parameter."""
    x = x.to(device).requires_grad_()
    (network.eval()(x) * cotangent.to(device)).sum().backward()
    return {"input": x.grad, "parameters": {name: parameter.grad for name, parameter in network.named_parameters()}}


def fresh_after_training(sizes, x, cotangent, rate):
    """A network as it comes, after one step of gradient descent: its results for `x`."""
    network = submission.FeedForwardNN(*sizes)  # noqa: F821
    (network(x) * cotangent).sum().backward()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.grad is not None:
                parameter -= rate * parameter.grad
        return network(x)


def draws_around(seed, sizes, x):
    """What torch's generator, seeded with `seed`, yields after a network has been built and called."""
    torch.manual_seed(seed)
    submission.FeedForwardNN(*sizes)(x)  # noqa: F821
    return torch.rand(4, dtype=torch.float64)


def build_and_call(sizes, x):
    return submission.FeedForwardNN(*sizes)(x)  # noqa: F821
