"""Runs beside the candidate's network: lists its linear layers and norms, writes values into them, calls it."""

import submission
import torch
from torch import nn
from torch.nn.parameter import is_lazy

networks = {}  # by sizes, as `layers` made them
STATE = ("weight", "bias", "running_mean", "running_var")


def shape(sizes, x):
    """The shape of a fresh network's result, or what it or the network is where that is something else."""
    network = submission.DenseNet(**sizes)
    if not isinstance(network, nn.Module):
        return f"{type(network).__name__}, no nn.Module"
    y = network.eval()(x)
    return list(y.shape) if isinstance(y, torch.Tensor) else f"{type(y).__name__}, no tensor"


def layers(sizes):
    """Name and size of every linear layer and norm of a new network, which the functions below then use."""
    network = networks[tuple(sizes)] = submission.DenseNet(*sizes)
    if any(is_lazy(tensor) for tensor in [*network.parameters(), *network.buffers()]):  # no sizes before a first call
        network.eval()(torch.zeros(1, sizes[0]))
    modules = dict(network.named_modules())
    return {
        "linears": {name: list(layer.weight.shape) for name, layer in modules.items() if isinstance(layer, nn.Linear)},
        "norms": {name: layer.num_features for name, layer in modules.items() if isinstance(layer, nn.BatchNorm1d)},
    }


def loaded(sizes, values, dtype, device):
    """The network with `values` in its layers, as far as they have a place there."""
    network = networks[tuple(sizes)].to(device=device, dtype=getattr(torch, dtype))
    with torch.no_grad():
        for name, module in network.named_modules():
            new = values.get(name, {})
            for key in STATE:
                if key in new and getattr(module, key, None) is not None:
                    getattr(module, key).copy_(new[key])
    return network


def train(sizes, values, dtype, device, x):
    return loaded(sizes, values, dtype, device).train()(x.to(device))


def evaluate(sizes, values, dtype, device, inputs):
    """One result for each input, in evaluation mode."""
    network = loaded(sizes, values, dtype, device).eval()
    return [network(x.to(device)) for x in inputs]


def train_then_evaluate(sizes, values, dtype, device, batches, x):
    """Training passes over the batches, then the result for `x` in evaluation mode."""
    network = loaded(sizes, values, dtype, device).train()
    for batch in batches:
        network(batch.to(device))
    return network.eval()(x.to(device))


def evaluate_again(sizes, values, dtype, device, x):
    """The results of two calls on the very same tensor, which is not contiguous."""
    network = loaded(sizes, values, dtype, device).eval()
    x = x.to(device).T.contiguous().T
    return [network(x).clone(), network(x)]


def backward(sizes, values, dtype, device, x, cotangent, training):
    """Gradients, in either mode, of the result's product with `cotangent`: at x, and at each layer's parameters."""
    network = loaded(sizes, values, dtype, device).train(training)
    x = x.to(device).requires_grad_()
    (network(x) * cotangent.to(device)).sum().backward()
    layers = {
        name: {key: parameter.grad for key, parameter in module.named_parameters(recurse=False)}
        for name, module in network.named_modules()
        if isinstance(module, (nn.Linear, nn.BatchNorm1d))
    }
    return {"x": x.grad, "layers": layers}


def draws_after(seeds, sizes, x):
    """What torch's generator yields, for each seed it is given, after a network has been built and called."""
    draws = []
    for seed in seeds:
        torch.manual_seed(seed)
        build_and_call(sizes, x)
        draws.append(torch.rand(4, dtype=torch.float64))
    return torch.stack(draws)


def build_and_call(sizes, x):
    return submission.DenseNet(*sizes).double()(x)


def grad_modes_after(sizes, x):
    """Whether autograd is on after calls with autograd on and off, in evaluation mode, then in training mode."""
    network, modes = submission.DenseNet(*sizes).double(), []
    for training in (False, True):
        for enabled in (True, False):
            with torch.set_grad_enabled(enabled):
                network.train(training)(x)
                modes.append(torch.is_grad_enabled())
    return modes
