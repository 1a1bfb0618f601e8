"""ValueError where RuntimeError was asked for.

Misconception: Any exception will do.
Caught by: test_not_finite, test_diverged
Advice: A gradient that diverged is no wrong argument: raise RuntimeError.
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
        raise ValueError("a gradient holds NaN or infinity")
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
