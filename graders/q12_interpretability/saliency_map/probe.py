"""Builds a classifier from the host's arrays, has the candidate explain it, and shows what is left of it afterwards."""

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


def build(net, flags=(False,) * 4):
    """The model, and its parameters by the host's names.

    net: a linear model's `weight (K, D)` and `bias`, or with `conv` the weights of convolution, norm and masks before
    it. flags: the modes of the model, of the block with the norm, of the norm, and of the layer behind it.
    """
    head = nn.Linear(net["weight"].shape[1], net["weight"].shape[0])
    parameters = {"weight": head.weight, "bias": head.bias}
    model, modules = nn.Sequential(nn.Flatten(), head), []
    if "conv" in net:
        conv = nn.Conv2d(net["conv"].shape[1], net["conv"].shape[0], 3, padding=1)
        norm, leaf = nn.BatchNorm2d(len(net["scale"])), Moded(net["leaf"])
        block = Moded(net["block"], norm, nn.Tanh())
        model = Moded(net["root"], conv, block, leaf, Tripwire(), *model)
        parameters |= {"conv": conv.weight, "offset": conv.bias, "scale": norm.weight, "shift": norm.bias}
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


def explain(net, x, target, flags=(False,) * 4):
    return submission.saliency_map(build(net, flags)[0], x, target)


def explain_frozen(net, x, target, frozen):
    """The map with some parameters frozen, and which parameters ask for gradients afterwards."""
    model, parameters = build(net)
    for name in frozen:
        parameters[name].requires_grad_(False)
    found = submission.saliency_map(model, x, target)
    return found, {name: parameter.requires_grad for name, parameter in parameters.items()}


def explain_strided(net, x, target):
    """The map for an x that lies in memory with its dimensions reversed."""
    dims = tuple(reversed(range(x.dim())))
    away = x.permute(dims)
    return submission.saliency_map(built(net), away.contiguous().permute(dims), target)


def explain_twice(net, x, target):
    """The maps of two calls on the same model and the very same tensor."""
    model = build(net)[0]
    return [submission.saliency_map(model, x, target) for _ in range(2)]


def scores_after(net, x, target, flags, probes):
    """The map, and the scores of `probes` by the model as it is left."""
    model = build(net, flags)[0]
    saliency = submission.saliency_map(model, x, target)
    with torch.no_grad():
        return saliency, model(probes)


def scores_after_failure(net, x, target, flags, probes, broken):
    """The scores of `probes` by the model after a call in which it broke down, or in which the target did not exist."""
    model = build(net, flags)[0]
    for module in model.modules():
        if isinstance(module, Tripwire):
            module.armed = broken
    with suppress(Exception):
        submission.saliency_map(model, x, target)
    for module in model.modules():
        if isinstance(module, Tripwire):
            module.armed = False
    with torch.no_grad():
        return model(probes)


def training_gradients(net, x, target, stale, probes, cotangent):
    """Which parameters have a gradient after the call, and all their gradients after one more backward pass."""
    model, parameters = build(net)
    for name, gradient in stale.items():
        parameters[name].grad = gradient.clone()
    submission.saliency_map(model, x, target)
    there = {name: parameter.grad is not None for name, parameter in parameters.items()}
    (model(probes) * cotangent).sum().backward()
    return {"there": there, "gradients": {name: parameter.grad for name, parameter in parameters.items()}}


def gradient_at_x(net, x, target, stale, cotangent):
    """x's `.grad` after the call and one more backward pass, with x required to have one and with `stale` there."""
    model = build(net)[0]
    x.requires_grad_()
    x.grad = None if stale is None else stale.clone()
    submission.saliency_map(model, x, target)
    (x * cotangent).sum().backward()
    return x.grad


def still_plain(net, x, target):
    """The map, and whether x still asks for no gradient and has none."""
    saliency = submission.saliency_map(build(net)[0], x, target)
    return saliency, not x.requires_grad and x.grad is None


def autograd_stays_off(net, x, target):
    """Whether autograd is still switched off after a call inside no_grad(), whatever came of the call."""
    model, leaf = built(net), torch.ones(1, requires_grad=True)
    with torch.no_grad():
        with suppress(Exception):
            submission.saliency_map(model, x, target)
        return not (leaf * 2).requires_grad
