"""Runs beside the candidate's layer: builds it, sets its mode, seeds torch, and hands back what came out."""

import torch
from torch import nn


def is_module():
    return isinstance(submission.Dropout(0.5), nn.Module)  # noqa: F821


def make(p):
    submission.Dropout(p)  # noqa: F821


def train(p, x, device, calls=1):
    """Results of that many calls of one layer in training mode; `p` None leaves the default."""
    layer = submission.Dropout() if p is None else submission.Dropout(p)  # noqa: F821
    layer.train()
    x = x.to(device)
    return [layer(x.clone()) for _ in range(calls)]


def train_often(p, x, device, calls):
    """The results of many calls, stacked."""
    return torch.stack(train(p, x, device, calls))


def switch(p, x, device):
    """Results in evaluation mode, in training mode, and in evaluation mode again."""
    layer = submission.Dropout(p)  # noqa: F821
    x = x.to(device)
    return [layer.eval()(x.clone()), layer.train()(x.clone()), layer.eval()(x.clone())]


def reuse(p, x, device):
    """The same, each time of the very same tensor."""
    layer = submission.Dropout(p)  # noqa: F821
    x = x.to(device)
    return [layer.eval()(x).clone(), layer.train()(x).clone(), layer.eval()(x).clone()]


def switch_parent(p, x, device, autograd=True):
    """As `switch`, of a layer deep in a model whose mode is switched, with autograd on or off."""
    model = nn.Sequential(nn.Identity(), nn.Sequential(submission.Dropout(p)))  # noqa: F821
    x = x.to(device)
    with torch.set_grad_enabled(autograd):
        return [model.eval()(x.clone()), model.train()(x.clone()), model.eval()(x.clone())]


def transposed(p, x, device):
    """A call on x's own values seen through a transposed view."""
    return submission.Dropout(p).train()(x.to(device).transpose(0, -1).contiguous().transpose(0, -1))  # noqa: F821


def backward(p, x, cotangent, device, training=True):
    """The result, and the gradient of its product with `cotangent`, after other calls in either mode."""
    layer = submission.Dropout(p)  # noqa: F821
    layer.train() if training else layer.eval()
    x = x.to(device).requires_grad_()
    y = layer(x.clone())
    layer(x.detach().clone())
    layer.train(not training)(x.detach().clone())
    ((y * cotangent.to(device)).sum() + 0 * x.sum()).backward()  # a result of zeros need not hang on x
    return [y, x.grad]


def seeded(p, x, device, seeds):
    """One result for each seed given to torch just before the call."""
    layer = submission.Dropout(p).train()  # noqa: F821
    x = x.to(device)
    results = []
    for seed in seeds:
        torch.manual_seed(seed)
        results.append(layer(x.clone()))
    return results


def draws_around(seed, p, x):
    """What torch's generator, seeded with `seed`, yields after a layer has been made and called in both modes."""
    torch.manual_seed(seed)
    layer = submission.Dropout(p)  # noqa: F821
    layer.train()(x)
    layer.eval()(x)
    return torch.rand(4, dtype=torch.float64)


def without_memory(p, shape):
    """A call on a device that computes nothing: "meta", or the complaint that tensors of two devices met."""
    layer = submission.Dropout(p).train()  # noqa: F821
    x = torch.empty(shape, device="meta")
    try:
        y = layer(x)
    except NotImplementedError:  # there is much that this device cannot do
        return "meta"
    except Exception as error:
        text = str(error)
        return text if "on device" in text or "same device" in text else "meta"
    return str(y.device)
