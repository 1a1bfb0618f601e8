"""An object with __call__ and one flat vector; the step sets the gradients that torch.autograd.grad gives."""

import torch
from torch import nn


class Clipper:
    """Callable object; foreach; a flat vector."""

    def __init__(self, small=1e-6):
        self.small = small

    def __call__(self, parameters, max_norm):
        if not max_norm > 0:
            raise ValueError(f"max_norm = {max_norm}")
        with torch.no_grad():
            todo = list(filter(lambda g: g is not None, (getattr(p, "grad", None) for p in parameters)))
            if len(todo) == 0:
                return 0.0
            if any(not bool(torch.isfinite(g).all()) for g in todo):
                raise RuntimeError("NaN or inf")
            flat = torch.cat([g.to(torch.float64).flatten() for g in todo])
            norm = flat.dot(flat).sqrt()
            factor = torch.clamp(max_norm / (norm + self.small), max=1.0).item()
            for g in todo:
                g *= factor
            return float(norm)


clip_grad_norm = Clipper()


def train_with_gradient_clipping(model, optimizer, x_batch, y_batch, max_grad_norm=1.0):
    params = tuple(model.parameters())
    with torch.enable_grad():
        model.train()
        logp = model(x_batch).log_softmax(1)
        loss = logp.gather(1, y_batch[:, None]).mean().neg()
        wanted = [p for p in params if p.requires_grad]
        grads = torch.autograd.grad(loss, wanted, allow_unused=True)
    for p in params:
        p.grad = None
    for p, g in zip(wanted, grads):
        p.grad = g if g is None else g.clone()
    clip_grad_norm((p for p in params), max_grad_norm)
    optimizer.step()
    return float(loss.detach())
