"""Builds a small backbone from the host's values, lets the candidate wrap it, and follows the host's script."""

import contextlib

import torch
from torch import nn


class Mask(nn.Dropout):
    """Dropout with the host's own mask: it multiplies in training mode, and does nothing in evaluation mode."""

    def __init__(self, mask):
        super().__init__()
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        return x * self.mask if self.training else x


class Backbone(nn.Module):
    """Its children, in this order: stem, norm, fc, block, act, last. `fc` is set as the host says."""

    def __init__(self, values, mask, old, bias, dtype):
        super().__init__()
        channels, hidden, width = (len(values[f"{layer}.weight"]) for layer in ("stem", "block.0", "last.0"))
        self.stem = nn.Conv2d(values["stem.weight"].shape[1], channels, 3)
        self.norm = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(width, len(old), bias=bias)
        self.block = nn.Sequential(nn.Linear(channels, hidden), nn.BatchNorm1d(hidden), Mask(torch.tensor(mask)))
        self.act = nn.Tanh()
        self.last = nn.Sequential(nn.Linear(hidden, width), nn.Sequential(nn.BatchNorm1d(width)))
        self.to(getattr(torch, dtype))
        values = values | {"fc.weight": old}
        self.load_state_dict({key: torch.tensor(value) for key, value in values.items()}, strict=False)

    def forward(self, x):
        x = self.act(self.norm(self.stem(x))).mean((2, 3))
        return self.fc(self.last(self.act(self.block(x))))


class Lookalike(nn.Module):
    """Has all that an nn.Linear has, and is none."""

    def __init__(self, layer):
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.weight, self.bias = layer.weight, layer.bias


class Volumes(nn.Module):
    """A volume's batch norm and one without weights, a parameter of the backbone's own, and the head."""

    def __init__(self, means):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3, dtype=torch.float64))
        self.fc = nn.Linear(3, 2)
        self.volume = nn.Sequential(nn.BatchNorm3d(3))
        self.flat = nn.BatchNorm1d(3, affine=False)
        self.double()
        self.volume[0].running_mean.copy_(torch.tensor(means[0]))
        self.flat.running_mean.copy_(torch.tensor(means[1]))

    def forward(self, x):
        return self.fc(self.flat(self.volume(x).mean((2, 3, 4))) * self.scale)


def follow(setup, arguments, script):
    """What each step of the script gives. Steps: ("forward", x), ("unfreeze", n), ("train",), …

    setup: `values`, `mask`, the old head's weight `old` and whether it has a `bias`, `dtype`, `device`, `still`:
    parameters that do not require gradients before; `training`: the mode that the backbone comes in. arguments: the
    learner's, without the backbone.
    """
    backbone = build(setup)
    learner = submission.TransferLearner(backbone, *arguments)  # noqa: F821
    names = named(learner, setup["values"])
    return [step(learner, setup["values"], names, *each) for each in script]


def build(setup):
    parts = (setup[key] for key in ("values", "mask", "old", "bias", "dtype"))
    backbone = Backbone(*parts).to(setup["device"]).train(setup["training"])
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad_(name not in setup["still"])
    return backbone


def named(learner, values):
    """The learner's parameters: the backbone's by the names that they have there, the head's by their role."""
    found = {}
    for name, parameter in learner.named_parameters():
        role = (*known(name, values), {2: "head.weight", 1: "head.bias"}.get(parameter.ndim, name))[0]
        found[name if role in found else role] = parameter
    return found


def known(name, values):
    return [key for key in values if name == key or name.endswith("." + key)]


def step(learner, values, names, kind, *inputs):
    if kind in ("train", "eval"):
        return getattr(learner, kind)() is learner
    if kind == "parent":  # a module that contains the learner changes its mode
        nn.Sequential(learner).train(*inputs)
    elif kind == "unfreeze":
        learner.unfreeze_layers(*inputs)
    elif kind == "mode":
        return learner.training
    elif kind == "refused":
        with contextlib.suppress(ValueError):
            learner.unfreeze_layers(*inputs)
    elif kind == "forward":
        with torch.no_grad():
            scores = learner(inputs[0].to(next(learner.parameters()).device))
        buffers = {key: value.clone() for name, value in learner.named_buffers() for key in known(name, values)}
        return {"scores": scores, "statistics": buffers}
    elif kind == "trainable":
        return sorted(name for name, parameter in names.items() if parameter.requires_grad)
    elif kind == "head":
        return {name: names[name].detach().clone() for name in ("head.weight", "head.bias") if name in names}
    elif kind == "device":
        return [parameter.device.type for name, parameter in names.items() if name.startswith("head.")]
    elif kind == "backward":
        x, cotangent = (each.clone() for each in inputs)
        (learner(x.requires_grad_()) * cotangent).sum().backward()
        return {"x": x.grad, **{name: parameter.grad for name, parameter in names.items()}}
    elif kind == "optimize":  # secret gradients for every parameter, frozen ones included
        lr, gradients = inputs
        optimizer = learner.configure_optimizer(*lr)
        for each in gradients:
            for name, parameter in names.items():
                parameter.grad = torch.tensor(each[name])
            optimizer.step()
        return {name: parameter.detach().clone() for name, parameter in names.items()}
    return None


def construct(setup, fc, arguments):
    """A learner on a backbone whose `fc` is as `other_head` says."""
    submission.TransferLearner(other_head(setup, fc), *arguments)  # noqa: F821


def other_head(setup, fc):
    """A backbone whose `fc` is "missing", "none", or of another kind, or as it was."""
    backbone = build(setup)
    if fc == "missing":
        del backbone.fc
    elif fc is not None:
        others = {"none": None, "sequence": nn.Sequential(nn.Linear(3, 2)), "convolution": nn.Conv2d(3, 2, 1)}
        others["lookalike"] = Lookalike(backbone.fc)
        backbone.fc = others[fc]
    return backbone


def after_refusal(setup, fc, arguments):
    """The backbone after the candidate has refused to wrap it."""
    backbone = other_head(setup, fc)
    old = getattr(backbone, "fc", None)
    with contextlib.suppress(ValueError, TypeError):
        submission.TransferLearner(backbone, *arguments)  # noqa: F821
    norms = [module.training for module in backbone.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))]
    trainable = sorted(name for name, parameter in backbone.named_parameters() if parameter.requires_grad)
    return {"same_head": getattr(backbone, "fc", None) is old, "norms": norms, "trainable": trainable}


def other_norms(x, means, n):
    """The running means after one step in training mode with n layers unfrozen, and the shapes of what is trainable."""
    learner = submission.TransferLearner(Volumes(means), 4)  # noqa: F821
    learner.unfreeze_layers(n)
    learner.train()
    with torch.no_grad():
        learner(x)
    buffers = {name: value.clone() for name, value in learner.named_buffers() if name.endswith("running_mean")}
    found = {key: value for name, value in buffers.items() for key in ("volume", "flat") if f"{key}." in name}
    sizes = [sorted(each.shape) for each in learner.parameters() if each.requires_grad]
    return {**found, "trainable": sorted("x".join(map(str, size)) for size in sizes)}
