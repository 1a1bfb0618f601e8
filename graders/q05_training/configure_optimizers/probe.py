"""Builds a model of raw parameters, lets the candidate's optimisers step on the host's gradients, and reads it."""

import torch
from torch import nn


def build(values, frozen=(), tied=()):
    """`values`: arrays by dotted name. frozen: names that do not require gradients. tied: (name, name it becomes)."""
    model = nn.Module()
    for name, value in values.items():
        put(model, name, nn.Parameter(torch.tensor(value)))
    for name, other in tied:
        put(model, name, model.get_parameter(other))
    for name in frozen:
        model.get_parameter(name).requires_grad_(False)
    return model


def put(model, dotted, value):
    *path, name = dotted.split(".")
    for part in path:
        if part not in dict(model.named_children()):
            model.add_module(part, nn.Module())
        model = model.get_submodule(part)
    setattr(model, name, value)


def kind_and_keys(values):
    optimizers = submission.configure_optimizers(build(values))  # noqa: F821
    return [isinstance(optimizers, dict), [str(key) for key in optimizers]]


def train(values, keys, gradients, settings, thaw=False, twice=False, rates=None, **how):
    """The parameters after steps of the optimisers under `keys`, one after the other for each of the `gradients`.

    settings: the call's further arguments. thaw: frozen parameters require gradients once the optimisers are made.
    twice: the optimisers are those of a second call; in the first, frozen and trainable parameters had changed places.
    rates: learning rates by key, set in the optimisers' groups once they are made.
    """
    model = build(values, **how)
    if twice:
        swap(model)
        submission.configure_optimizers(model, **settings)  # noqa: F821
        swap(model)
    optimizers = submission.configure_optimizers(model, **settings)  # noqa: F821
    for key, rate in (rates or {}).items():
        for group in optimizers[key].param_groups:
            group["lr"] = rate
    for parameter in model.parameters():
        parameter.requires_grad_(thaw or parameter.requires_grad)
    for by_name in gradients:
        for key in keys:
            for name, parameter in model.named_parameters():
                parameter.grad = torch.tensor(by_name[name])
            optimizers[key].step()
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def swap(model):
    for parameter in model.parameters():
        parameter.requires_grad_(not parameter.requires_grad)


def classes(values):
    optimizers = submission.configure_optimizers(build(values))  # noqa: F821
    return {str(key): f"{type(value).__module__}.{type(value).__qualname__}" for key, value in optimizers.items()}


def settings(values, lr):
    """Every setting of every parameter group, as text."""
    optimizers = submission.configure_optimizers(build(values), lr)  # noqa: F821
    return {
        str(key): [
            {str(name): repr(value) for name, value in group.items() if not str(name).startswith("param")}
            for group in optimizer.param_groups
        ]
        for key, optimizer in optimizers.items()
    }


def model_afterwards(values, gradients, frozen, evaluation):
    """Value, gradient and requires_grad of each parameter, and each module's mode, after a call.

    gradients: those from before, of some. evaluation: names of the modules in evaluation mode.
    """
    model = build(values, frozen)
    for name, gradient in gradients.items():
        model.get_parameter(name).grad = torch.tensor(gradient)
    for name in evaluation:
        model.get_submodule(name).eval()
    submission.configure_optimizers(model)  # noqa: F821
    parameters = {name: [p.detach(), p.grad, p.requires_grad] for name, p in model.named_parameters()}
    return [parameters, {name: module.training for name, module in model.named_modules()}]
