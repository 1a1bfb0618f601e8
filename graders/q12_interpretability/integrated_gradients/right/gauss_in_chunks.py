"""A Gauss-Legendre rule from NumPy, the path in chunks of ten points, the modes kept by an ExitStack."""

from contextlib import ExitStack

import torch
from numpy.polynomial.legendre import leggauss
from torch.nn.functional import one_hot


def integrated_gradients(model, x, target, baseline=None, steps=50):
    if steps <= 0:
        raise ValueError(f"{steps} steps")
    base = x.new_zeros(()) if baseline is None else baseline
    base, x = torch.broadcast_tensors(base.detach(), x.detach())
    nodes, weights = (torch.as_tensor(values).to(x) / 2 for values in leggauss(steps))
    total = torch.zeros_like(x)
    with ExitStack() as stack:
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
        model.eval()
        stack.enter_context(torch.enable_grad())
        for node, weight in zip(nodes.split(10), weights.split(10)):
            shape = (len(node),) + (1,) * x.ndim
            points = torch.flatten(base + (node.view(shape) + 0.5) * (x - base), 0, 1).requires_grad_()
            scores = model(points.clone())
            chosen = one_hot(torch.as_tensor(target), scores.shape[1]).to(scores).expand(len(x), -1)
            (g,) = torch.autograd.grad((scores * chosen.repeat(len(node), 1)).sum(), points)
            total += (g.unflatten(0, (len(node), -1)) * weight.view(shape)).sum(0)
    return total * (x - base)
