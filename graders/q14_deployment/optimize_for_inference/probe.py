"""Builds small networks from given values, has them optimised, and calls what comes back."""

import torch
from torch import nn


def network(kind, dropout):
    if kind == "rows":
        body = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(dropout))
        return nn.Sequential(body, nn.Linear(8, 3))
    body = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout2d(dropout))
    return nn.Sequential(body, nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)))


def model_of(case):
    """The case's network with its values; the submodules named in `modes` are in those modes."""
    model = network(case["kind"], case["dropout"]).to(getattr(torch, case["dtype"]))
    model.load_state_dict(case["state"])
    model.train(case["train"])
    for name, mode in case["modes"].items():
        model.get_submodule(name).training = mode
    for name in case["frozen"]:
        model.get_parameter(name).requires_grad_(False)
    return model


def optimized(model, sample):
    return submission.optimize_for_inference(model, sample)  # noqa: F821


def outputs(case, sample, inputs):
    fast = optimized(model_of(case), sample)
    return [fast(x) for x in inputs]


def output_after_change(case, sample, x, change):
    """What the callable gives after something has happened to the model."""
    model = model_of(case)
    fast = optimized(model, sample)
    if change == "modes":
        model.train()
    elif change == "layers":
        model[1] = nn.Flatten()
    else:
        with torch.no_grad():
            for tensor in getattr(model, change)():
                tensor.zero_()
    return fast(x)


def gradient(case, sample, x, factor):
    """The output, and the gradient at x of a loss in which the output is one term and `factor * x` another."""
    x = x.requires_grad_()
    y = optimized(model_of(case), sample)(x)
    (y.sum() + (factor * x).sum()).backward()
    return {"y": y, "x": x.grad}


def model_afterwards(case, sample, x):
    """The model, after it has been optimised and the result been called: what it is, and one training pass."""
    model = model_of(case)
    optimized(model, sample)(sample)
    result = {
        "state": {name: value.clone() for name, value in model.state_dict().items()},
        "modes": {name: str(module.training) for name, module in model.named_modules()},
        "requires_grad": {name: str(value.requires_grad) for name, value in model.named_parameters()},
    }
    result["y"] = model(x)
    result["y"].sum().backward()
    result["grads"] = {name: value.grad for name, value in model.named_parameters() if value.grad is not None}
    return result


def use(case, sample, x):
    """Make the callable and call it, for whoever looks on."""
    return optimized(model_of(case), sample)(x)


def off_afterwards(case, sample, x):
    """Whether autograd is still off after both calls, where whoever calls has switched it off."""
    with torch.no_grad():
        use(case, sample, x)
        return not torch.is_grad_enabled()
