"""Right, with a guard as a decorator, squares summed in float64, and float(loss) on a loss that has its graph."""

import functools
import itertools
import math

import torch


def _guard(fn):
    @functools.wraps(fn)
    def wrapped(parameters, max_norm):
        if not max_norm > 0:
            raise ValueError(f"max_norm must be positive, got {max_norm}")
        grads = tuple(itertools.filterfalse(lambda g: g is None, map(lambda p: p.grad, parameters)))
        return fn(grads, max_norm)

    return wrapped


@_guard
def clip_grad_norm(grads, max_norm):
    with torch.no_grad():
        squares = [torch.einsum("i,i->", v, v).item() for v in (g.reshape(-1).double() for g in grads)]
        norm = math.sqrt(math.fsum(squares)) if all(map(math.isfinite, squares)) else math.nan
        if not math.isfinite(norm):
            raise RuntimeError("non-finite gradient")
        if norm > max_norm:
            factor = max_norm / norm
            for g in grads:
                g.copy_(g.double() * factor)
    return norm


def train_with_gradient_clipping(model, optimizer, x_batch, y_batch, max_grad_norm=1.0):
    model.train(True)
    everything = list(model.parameters())
    for p in everything:
        p.grad = None
    wanted = [p for p in everything if p.requires_grad]
    scores = model(x_batch.detach().clone())
    picked = scores.log_softmax(-1)[torch.arange(len(y_batch)), y_batch]
    loss = picked.mean().neg()
    for p, g in zip(wanted, torch.autograd.grad(loss, wanted, allow_unused=True)):
        p.grad = g
    clip_grad_norm(everything, max_grad_norm)
    optimizer.step()
    return float(loss)
