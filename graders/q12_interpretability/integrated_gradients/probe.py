"""Builds models from the host's arrays, has the candidate explain them, and shows what is left of them afterwards."""

from contextlib import suppress

import submission
import torch
from torch import nn


class Moded(nn.Sequential):
    """Multiplies the result of its layers by the host's mask while in training mode."""

    def __init__(self, mask, *layers):
        super().__init__(*layers)
        self.register_buffer("mask", mask)

    def forward(self, x):
        y = super().forward(x)
        return y * self.mask if self.training else y


class Breakdown(Exception):
    """None of the types that torch itself raises."""


class Tripwire(nn.Module):
    armed = False

    def forward(self, x):
        if self.armed:
            raise Breakdown("the model broke down")
        return x


class Powers(nn.Module):
    def __init__(self, exponent):
        super().__init__()
        self.exponent = exponent

    def forward(self, x):
        return x**self.exponent


class InPlace(nn.Module):
    """Overwrites its input with an affine function of it."""

    def __init__(self, factor, shift):
        super().__init__()
        self.factor, self.shift = factor, shift

    def forward(self, x):
        return x.mul_(self.factor).add_(self.shift)


def build(net, flags=(False,) * 4):
    """The model, and its parameters by the host's names.

    net: a linear model's `weight (K, D)` and `bias`; before it, where they are given, `factor` and `shift` of a layer
    that works in place, an `exponent`, the `hidden (H, D)` layer of a tanh network with its `threshold`, or with `conv`
    a convolution, a norm and masks. flags: the modes of the model, of the block with the norm, of the norm, and of the
    layer behind it.
    """
    head = nn.Linear(net["weight"].shape[1], net["weight"].shape[0])
    parameters = {"weight": head.weight, "bias": head.bias}
    layers, modules = [nn.Flatten(), head], []
    if "factor" in net:
        layers = [InPlace(net["factor"], net["shift"]), *layers]
    if "exponent" in net:
        layers = [Powers(net["exponent"]), *layers]
    if "hidden" in net:
        hidden = nn.Linear(net["hidden"].shape[1], net["hidden"].shape[0])
        layers = [nn.Flatten(), hidden, nn.Tanh(), head]
        parameters |= {"hidden": hidden.weight, "threshold": hidden.bias}
    model = nn.Sequential(*layers)
    if "conv" in net:
        conv = nn.Conv2d(net["conv"].shape[1], net["conv"].shape[0], 3, padding=1)
        norm, leaf = nn.BatchNorm2d(len(net["scale"])), Moded(net["leaf"])
        block = Moded(net["block"], norm)
        model = Moded(net["root"], conv, block, leaf, Tripwire(), *layers)
        parameters |= {"conv": conv.weight, "offset": conv.bias, "scale": norm.weight, "norm_shift": norm.bias}
        modules = [model, block, norm, leaf]
    model.to(net["weight"].dtype)
    with torch.no_grad():
        if modules:
            norm.running_mean.copy_(net["mean"])
            norm.running_var.copy_(net["var"])
        for name, parameter in parameters.items():
            parameter.copy_(net[name])
    model.eval()
    for module, flag in zip(modules, flags if modules else (), strict=True):
        module.training = flag  # train() would reach the modules below
    return model, parameters


def built(net):
    return build(net)[0]


def explain(net, x, target, *rest, flags=(False,) * 4):
    return submission.integrated_gradients(build(net, flags)[0], x, target, *rest)


def explain_frozen(net, x, target, frozen):
    """The attributions with some parameters frozen, and which parameters ask for gradients afterwards."""
    model, parameters = build(net)
    for name in frozen:
        parameters[name].requires_grad_(False)
    found = submission.integrated_gradients(model, x, target)
    return found, {name: parameter.requires_grad for name, parameter in parameters.items()}


def explain_strided(net, x, target):
    """The attributions for an x that lies in memory with its dimensions reversed."""
    dims = tuple(reversed(range(x.dim())))
    away = x.permute(dims)
    return submission.integrated_gradients(built(net), away.contiguous().permute(dims), target)


def explain_twice(net, x, target, baseline):
    """The attributions of two calls on the same model and the very same tensors."""
    model = built(net)
    return [submission.integrated_gradients(model, x, target, baseline).clone() for _ in range(2)]


def explain_without_grad(net, x, target):
    """The attributions, and whether autograd is still switched off afterwards."""
    model, leaf = built(net), torch.ones(1, requires_grad=True)
    with torch.no_grad():
        attributions = submission.integrated_gradients(model, x, target)
        return attributions, not (leaf * 2).requires_grad


def scores_after(net, x, target, flags, probes):
    """The attributions, and the scores of `probes` by the model as it is left."""
    model = build(net, flags)[0]
    attributions = submission.integrated_gradients(model, x, target)
    with torch.no_grad():
        return attributions, model(probes)


def scores_after_failure(net, x, target, flags, probes, broken, steps):
    """The scores of `probes` by the model after a call in which it broke down, or which asked for what cannot be."""
    model = build(net, flags)[0]
    wires = [module for module in model.modules() if isinstance(module, Tripwire)]
    for wire in wires:
        wire.armed = broken
    with suppress(Exception):
        submission.integrated_gradients(model, x, target, None, steps)
    for wire in wires:
        wire.armed = False
    with torch.no_grad():
        return model(probes)


def training_gradients(net, x, target, stale, probes, cotangent):
    """Which parameters have a gradient after the call, and all their gradients after one more backward pass."""
    model, parameters = build(net)
    for name, gradient in stale.items():
        parameters[name].grad = gradient.clone()
    submission.integrated_gradients(model, x, target)
    there = {name: parameter.grad is not None for name, parameter in parameters.items()}
    (model(probes) * cotangent).sum().backward()
    return {"there": there, "gradients": {name: parameter.grad for name, parameter in parameters.items()}}


def gradients_at_inputs(net, x, target, baseline, stale, cotangents):
    """`.grad` of x and of the baseline after the call and one more backward pass; `stale` was there before."""
    leaves = [x.requires_grad_(), baseline.requires_grad_()]
    for leaf, gradient in zip(leaves, stale, strict=True):
        leaf.grad = None if gradient is None else gradient.clone()
    submission.integrated_gradients(built(net), x, target, baseline)
    sum((leaf * cotangent).sum() for leaf, cotangent in zip(leaves, cotangents, strict=True)).backward()
    return [leaf.grad for leaf in leaves]


def still_plain(net, x, target, baseline):
    """The attributions, and whether x and the baseline still ask for no gradient and have none."""
    attributions = submission.integrated_gradients(built(net), x, target, baseline)
    return attributions, not any(tensor.requires_grad or tensor.grad is not None for tensor in (x, baseline))


class Mlp(nn.Module):
    """Six linear layers of one width, tanh between them; made at little cost, since the clock runs."""

    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, x):
        *inner, last = self.weights
        for weight in inner:
            x = torch.tanh(x @ weight)
        return x @ last


def explain_mlp(weights, x, target):
    return submission.integrated_gradients(Mlp(weights), x, target, None, 50)
