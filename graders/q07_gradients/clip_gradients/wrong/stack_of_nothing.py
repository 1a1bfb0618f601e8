"""No gradients are not thought of.

Misconception: There is always a gradient.
Caught by: test_nothing_to_clip
Advice: Return 0.0 where there is none: torch.stack needs at least one tensor.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional


def clip_grad_norm(parameters: Iterable[nn.Parameter], max_norm: float) -> float:
    if max_norm <= 0:
        raise ValueError(f"max_norm must be positive, and is {max_norm}")
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
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
