"""Gradient clipping by the joint norm, and a training step that uses it.

Idea
    Where the loss has a cliff, one step along an enormous gradient can throw away all that was learnt. Clipping keeps
    the direction of the gradient and limits the length of the step.

Derivation
    Take all gradients as one vector g. Among the vectors of norm at most c, the one nearest to g is g * min(1, c /
    |g|): one factor for everything, so that the proportions between layers stay. The joint norm needs no concatenation:
    |g|**2 is the sum of the squared norms of the parts, so |g| is the norm of the vector of the parts' norms.

Cost
    One pass over the gradients to measure, one to scale; no memory worth naming. Reading the norm as a Python float
    waits for the device, which is why the library's own function returns a tensor.

Pitfalls
    Clipping each tensor by itself changes the direction. A generator of parameters is empty on the second pass.
    Clipping before backward, or after the step, has no effect. NaN compares as false with everything, so that `norm >
    max_norm` lets it pass; and an infinite norm gives the factor 0, which turns an infinity into NaN and all the rest
    into zero.

Follow-up questions
    How does one choose the limit? Log the norms of a healthy run, and take a value that only a few per cent exceed.
    Why is clipping by value different? It cuts each element by itself, so that the direction changes; but it needs no
    global norm, which is convenient when the gradients lie on several machines.
    Does clipping help against vanishing gradients? No, it never scales up: initialisation, normalisation, residual
    paths and gates are for that.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional


def clip_grad_norm(parameters: Iterable[nn.Parameter], max_norm: float) -> float:
    if max_norm <= 0:
        raise ValueError(f"max_norm must be positive, and is {max_norm}")
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not gradients:
        return 0.0
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm().item()
    if not all(gradient.isfinite().all() for gradient in gradients):
        raise RuntimeError("a gradient holds NaN or infinity")
    if norm > max_norm:
        for gradient in gradients:
            gradient.mul_(max_norm / norm)
    return norm


def train_with_gradient_clipping(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    x_batch: Tensor,
    y_batch: Tensor,
    max_grad_norm: float = 1.0,
) -> float:
    model.train()
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(x_batch), y_batch)
    loss.backward()
    clip_grad_norm(model.parameters(), max_grad_norm)
    optimizer.step()
    return loss.item()
