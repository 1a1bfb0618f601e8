"""Makes parameters with the host's gradients, or a small network, and reads them after the candidate's call."""

import numpy as np
import submission
import torch
from torch import Tensor, nn

left: dict = {}  # what the last call worked on


def clip(values, gradients, max_norm, lazily=False, frozen=False):
    """The norm returned, and how everything is afterwards. frozen: the parameters have ceased to require gradients."""
    parameters = [nn.Parameter(torch.tensor(value)) for value in values]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else torch.tensor(gradient)
        parameter.requires_grad_(not frozen)
    left["parameters"], left["gradients"] = parameters, [parameter.grad for parameter in parameters]
    given = (parameter for parameter in parameters) if lazily else parameters
    norm = submission.clip_grad_norm(given, max_norm)
    return {"norm": norm, **clipped()}


def clipped():
    """The parameters, their gradients, and the tensors that were their gradients before the call."""
    return {
        "parameters": [_array(parameter) for parameter in left["parameters"]],
        "gradients": [_array(parameter.grad) for parameter in left["parameters"]],
        "same": [_array(gradient) for gradient in left["gradients"]],
    }


class Mask(nn.Module):
    """Dropout with the host's own mask: it multiplies in training mode, and does nothing in evaluation mode."""

    def __init__(self, mask: Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.mask if self.training else x


def train(weights, batches, sgd, limit=None, mask=None, frozen=(), stale=None, groups=False, root=False):
    """The losses returned over `batches`, and the model's state when all is done.

    weights: `w1 (H, D)`, `b1`, `w2 (C, H)`, `b2`, and with `mask` also batch norm's `scale` and `shift`; the model then
    starts in evaluation mode. limit: max_grad_norm (None: left out). frozen: names of parameters that do not require
    gradients. stale: gradients that are there before. groups: the optimiser holds the parameters in two groups.
    root: the model itself is in training mode already, and its layers are not.
    """
    model, parameters = _model(weights, mask)
    for name in frozen:
        parameters[name].requires_grad_(False)
    for name, gradient in (stale or {}).items():
        parameters[name].grad = torch.tensor(gradient)
    if mask is not None:
        model.eval()
        model.training = root
    left["model"] = parameters
    first, *others = model.parameters()
    optimizer = torch.optim.SGD([{"params": [first]}, {"params": others}] if groups else [first, *others], **sgd)
    more = {} if limit is None else {"max_grad_norm": limit}
    losses = [
        submission.train_with_gradient_clipping(model, optimizer, torch.tensor(x), torch.tensor(y), **more)
        for x, y in batches
    ]
    buffers = {name.split(".")[-1]: _array(value) for name, value in model.named_buffers()}
    return {"losses": losses, "parameters": trained(), "buffers": buffers}


def trained():
    return {name: _array(value) for name, value in left["model"].items()}


def step_on(weights, sgd, x, y):
    """One step on tensors that came over the wire, so that the judge can look at them again."""
    model, _ = _model(weights, None)
    left["x"] = x
    return submission.train_with_gradient_clipping(model, torch.optim.SGD(model.parameters(), **sgd), x, y)


def wants_gradient():
    """Whether the batch of the last `step_on` has been made to require gradients."""
    return left["x"].requires_grad


def _model(weights, mask):
    hidden, inputs = weights["w1"].shape
    first = nn.Linear(inputs, hidden, dtype=torch.float64)
    last = nn.Linear(hidden, len(weights["w2"]), dtype=torch.float64)
    parameters = {"w1": first.weight, "b1": first.bias, "w2": last.weight, "b2": last.bias}
    layers: list[nn.Module] = [first]
    if mask is not None:
        norm = nn.BatchNorm1d(hidden, dtype=torch.float64)
        parameters |= {"scale": norm.weight, "shift": norm.bias}
        layers += [norm, Mask(torch.tensor(mask))]
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.tensor(weights[name]))
    return nn.Sequential(*layers, nn.Tanh(), last), parameters


def _array(value) -> np.ndarray | None:
    return None if value is None else value.detach().numpy().copy()
