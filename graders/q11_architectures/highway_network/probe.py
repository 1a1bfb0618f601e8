"""Runs beside the candidate's network: lists its linear layers, writes values into them, calls it."""

import submission
import torch
from torch import nn
from torch.nn.parameter import is_lazy

networks: dict = {}  # by arguments, as `layers` made them


def layers(arguments):
    """The fresh weight and bias of every linear layer of a new network, which the functions below then use."""
    network = networks[tuple(arguments)] = submission.HighwayNetwork(*arguments)
    if not isinstance(network, nn.Module):
        return {}
    if any(is_lazy(tensor) for tensor in network.parameters()):  # no sizes before a first call
        network(torch.zeros(1, arguments[0]))
    return {
        name: {"weight": module.weight.detach().clone(), "bias": None if module.bias is None else module.bias.detach()}
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear)
    }


def run(arguments, values, x, dtype="float64", device="cpu", training=True):
    return loaded(arguments, values, dtype, device, training)(x.to(device))


def fresh(arguments, x):
    """A call of a network as it is made."""
    return submission.HighwayNetwork(*arguments)(x)


def twice(arguments, values, x, device):
    """The results of calls on the very same tensor, with autograd and without it."""
    network = loaded(arguments, values, "float64", device)
    x = x.to(device)
    results = [network(x).clone()]
    with torch.no_grad():
        results += [network(x).clone(), network.eval()(x).clone()]
    return [*results, network(x)]


def backward(arguments, values, x, cotangent, device, training):
    """The result, and the gradients of its product with `cotangent`: at x, and at each linear layer's parameters."""
    network = loaded(arguments, values, "float64", device, training)
    x = x.to(device).requires_grad_()
    y = network(x)
    (y * cotangent.to(device)).sum().backward()
    modules = dict(network.named_modules())
    return {
        "y": y,
        "x": x.grad,
        "without": [name for name, parameter in network.named_parameters() if parameter.grad is None],
        "layers": {name: {"weight": modules[name].weight.grad, "bias": modules[name].bias.grad} for name in values},
    }


def loaded(arguments, values, dtype, device, training=True):
    network = networks[tuple(arguments)].to(device=device, dtype=getattr(torch, dtype)).train(training)
    modules = dict(network.named_modules())
    with torch.no_grad():
        for name, value in values.items():
            for key in ("weight", "bias"):
                getattr(modules[name], key).copy_(value[key])
    return network


def draws_after(seeds, skips, arguments, x):
    """What torch's generator yields, seeded and some numbers on, after a network has been built and called."""
    draws = []
    for seed, skip in zip(seeds, skips, strict=True):
        torch.manual_seed(seed)
        torch.rand(skip)
        fresh(arguments, x)
        draws.append(torch.rand(4, dtype=torch.float64))
    return torch.stack(draws)
