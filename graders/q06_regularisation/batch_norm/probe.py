"""Runs beside the candidate's layer: builds it, writes the host's values into it, calls it, and reads it."""

import submission
import torch
from torch import nn

NAMES = ("weight", "bias", "running_mean", "running_var")
made: dict = {}  # the layer that was used last


def fresh(size):
    """A new layer's parameters and buffers, by the names that nn.Module gives them."""
    layer = submission.BatchNorm1d(size)
    if not isinstance(layer, nn.Module):
        return {"parameters": {}, "buffers": {}}
    return {
        "parameters": {name: tensor.detach() for name, tensor in layer.named_parameters()},
        "trainable": [tensor.requires_grad for tensor in layer.parameters()],
        "buffers": dict(layer.named_buffers()),
        "state": list(layer.state_dict()),
    }


def play(arguments, options, state, steps, dtype="float64", device="cpu", inside=False, frozen=False):
    """The results of passes in the modes given, ("train", x) or ("eval", x), and the running statistics at the end.

    inside: the mode is set on a model that contains the layer. frozen: nothing is trainable, and autograd is off.
    """
    layer = build(arguments, options, state, dtype, device)
    model = nn.Sequential(nn.Identity(), nn.Sequential(layer)) if inside else layer
    layer.requires_grad_(not frozen)
    with torch.set_grad_enabled(not frozen):
        results = [model.train(mode == "train")(x.to(device)) for mode, x in steps]
    return {"results": results, **statistics()}


def statistics():
    return {name: getattr(made["layer"], name).detach().clone() for name in NAMES[2:]}


def again(arguments, state, modes, x, device, frozen):
    """Passes in those modes over the very same tensor."""
    layer, x = build(arguments, {}, state, "float64", device), x.to(device)
    layer.requires_grad_(not frozen)
    with torch.set_grad_enabled(not frozen):
        return [layer.train(mode == "train")(x).clone() for mode in modes]


def backward(arguments, state, mode, x, cotangent, device, before=None):
    """The result, and the gradients of its product with `cotangent`.

    before: an input of a training pass that comes first and asks for gradients; its gradient is returned as well.
    """
    layer = build(arguments, {}, state, "float64", device)
    if before is not None:
        before = before.to(device).requires_grad_()
        layer.train()(before)
    layer.train(mode == "train")
    x = x.to(device).requires_grad_()
    y = layer(x)
    (y * cotangent.to(device)).sum().backward()
    found = {"y": y, "x": x.grad, "weight": layer.weight.grad, "bias": layer.bias.grad}
    return found if before is None else {**found, "before": before.grad}


def exchange(size, state, x):
    """Loads the state of torch's layer into the candidate's, and that one's into another of torch's; each evaluates."""
    theirs, other = nn.BatchNorm1d(size).double(), nn.BatchNorm1d(size).double()
    with torch.no_grad():
        for name in NAMES:
            getattr(theirs, name).copy_(state[name])
    layer = submission.BatchNorm1d(size).double()
    layer.eval()(x)  # what it was before must not stick
    layer.load_state_dict(less_the_count(theirs.state_dict()), strict=True)
    other.load_state_dict({**layer.state_dict(), "num_batches_tracked": torch.tensor(0)}, strict=True)
    return [layer.eval()(x), other.eval()(x)]


def less_the_count(state):
    return {name: tensor for name, tensor in state.items() if name != "num_batches_tracked"}


def build(arguments, options, state, dtype, device):
    """A layer with the host's values, written by name; None leaves it as it is made."""
    layer = made["layer"] = submission.BatchNorm1d(*arguments, **options).to(device, getattr(torch, dtype))
    with torch.no_grad():
        for name, value in (state or {}).items():
            getattr(layer, name).copy_(value)
    return layer


def draws_after(seed, x):
    """What torch's generator, seeded with `seed`, yields after a layer has been made and called in both modes."""
    torch.manual_seed(seed)
    layer = submission.BatchNorm1d(x.shape[1])
    layer.train()(x)
    layer.eval()(x)
    return torch.rand(4, dtype=torch.float64)
