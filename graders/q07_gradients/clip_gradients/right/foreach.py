"""torch's _foreach functions, the factor with 1e-6 in it and clamped to 1; the step reads the optimiser's groups."""

from itertools import chain

import torch


def clip_grad_norm(parameters, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm must be positive")
    grads = list(filter(lambda g: g is not None, (p.grad for p in parameters)))
    if len(grads) == 0:
        return 0.0
    total = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads, 2.0)))
    if torch.isnan(total) or torch.isinf(total):
        raise RuntimeError("The norm of the gradients is not finite.")
    torch._foreach_mul_(grads, torch.clamp(max_norm / (total + 1e-6), max=1.0).item())
    return float(total)


def train_with_gradient_clipping(model, optimizer, x_batch, y_batch, max_grad_norm=1.0):
    model.train(True)
    criterion = torch.nn.CrossEntropyLoss()
    loss = criterion(model(x_batch), y_batch)
    model.zero_grad(set_to_none=False)
    loss.backward()
    held = chain.from_iterable(group["params"] for group in optimizer.param_groups)
    clip_grad_norm(held, max_grad_norm)
    optimizer.step()
    return float(loss.detach())
