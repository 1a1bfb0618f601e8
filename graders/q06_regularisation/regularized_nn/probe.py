"""Runs beside the candidate: writes values into the network's layers and calls it; builds models to be initialised."""

import torch
from torch import nn
from torch.nn.parameter import is_lazy


class OwnLinear(nn.Linear):
    """A subclass, as others write them."""


class OwnConv2d(nn.Conv2d):
    """A subclass, as others write them."""


class OwnBatchNorm1d(nn.BatchNorm1d):
    """A subclass, as others write them."""


# -- RegularizedNN


def is_module(network):
    return isinstance(network, nn.Module)


def layers(network, input_size):
    """Name, weight shape and whether there is a bias of every linear layer; name and width of every batch norm."""
    if any(is_lazy(tensor) for tensor in [*network.parameters(), *network.buffers()]):  # no sizes before a first call
        network.train()(torch.zeros(2, input_size))
    modules = dict(network.named_modules())
    linear = {
        name: [list(m.weight.shape), m.bias is not None] for name, m in modules.items() if isinstance(m, nn.Linear)
    }
    return {
        "linear": linear,
        "norm": {name: m.num_features for name, m in modules.items() if isinstance(m, nn.BatchNorm1d)},
    }


def write(network, values, dtype, device):
    """Move the network, and overwrite weights, biases and running statistics: {layer: {name: value}}."""
    network.to(device=device, dtype=getattr(torch, dtype))
    with torch.no_grad():
        for layer, tensors in values.items():
            for name, value in tensors.items():
                getattr(network.get_submodule(layer), name).copy_(value)


def forward(network, x, device, training, calls=1):
    """The results of so many calls on the very same tensor."""
    network.train(training)
    x = x.to(device)
    return [network(x).clone() for _ in range(calls)]


def train_then_evaluate(network, batches, x, device):
    network.train()
    for batch in batches:
        network(batch.to(device))
    return network.eval()(x.to(device))


def backward(network, x, cotangent, device, training):
    """Gradients of the result's product with `cotangent`, at the input and at every layer's parameters."""
    network.zero_grad()
    x = x.to(device).requires_grad_()
    (network.train(training)(x) * cotangent.to(device)).sum().backward()
    found = {
        layer: {name: p.grad for name, p in module.named_parameters(recurse=False)}
        for layer, module in network.named_modules()
    }
    return {"x": x.grad, "layers": {layer: gradients for layer, gradients in found.items() if gradients}}


# -- initialize_weights


def build(spec, start, frozen=(), evaluation=(), dtype="float32"):
    """The model of `spec`: [class, arguments, keyword arguments], or ["Sequential", specs, {}].

    Parameters and buffers get values from `start` on. frozen, evaluation: names of parameters and modules.
    """
    model = _module(spec).to(getattr(torch, dtype))
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            if tensor.is_floating_point():
                steps = torch.arange(tensor.numel(), dtype=torch.float64) / max(tensor.numel(), 1)
                tensor.copy_((start + steps).reshape(tensor.shape))
            else:
                tensor.fill_(int(start))
    for name in frozen:
        model.get_parameter(name).requires_grad_(False)
    for name in evaluation:
        model.get_submodule(name).eval()
    return model


def _module(spec):
    kind, arguments, options = spec
    if kind == "Sequential":
        return nn.Sequential(*map(_module, arguments))
    return (globals().get(kind) or getattr(nn, kind))(*arguments, **options)


def initialise(spec, start, **how):
    """After a call: all gradients and tensors, by name; which parameters require gradients; and the modules' modes."""
    model = build(spec, start, **how)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, start)
    submission.initialize_weights(model)  # noqa: F821
    return {
        "gradients": {name: p.grad for name, p in model.named_parameters()},
        "state": {name: value.detach().clone() for name, value in model.state_dict().items()},
        "trainable": {name: p.requires_grad for name, p in model.named_parameters()},
        "training": {name: module.training for name, module in model.named_modules()},
    }


def initialise_held(spec, start):
    """What those hold that took the parameters before the call."""
    model = build(spec, start)
    held = dict(model.named_parameters())
    submission.initialize_weights(model)  # noqa: F821
    return {name: parameter.detach() for name, parameter in held.items()}


def returned(spec, start):
    return submission.initialize_weights(build(spec, start))  # noqa: F821


# -- both


def use_all(sizes, x):
    network = submission.RegularizedNN(*sizes)  # noqa: F821
    network.train()(x)
    submission.initialize_weights(network)  # noqa: F821
    return network.eval()(x)
