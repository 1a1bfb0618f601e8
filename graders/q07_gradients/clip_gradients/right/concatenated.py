"""All gradients concatenated; copied back into place with copy_, an error type of its own."""

import torch
import torch.nn.functional as F


class GradientsNotFinite(RuntimeError):
    pass


@torch.no_grad()
def clip_grad_norm(parameters, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm <= 0")
    grads = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([torch.zeros(0)] + [g.reshape(-1) for g in grads])
    if not bool(torch.isfinite(flat).all()):
        raise GradientsNotFinite("NaN or infinity among the gradients")
    norm = flat.square().sum().sqrt().item()
    if norm <= max_norm:
        return norm
    for g in grads:
        g.copy_(g * (max_norm / norm))
    return norm


def train_with_gradient_clipping(model, optimizer, x_batch, y_batch, max_grad_norm=1.0):
    optimizer.zero_grad(set_to_none=False)
    value = F.nll_loss(model.train()(x_batch).log_softmax(-1), y_batch)
    value.backward()
    clip_grad_norm(model.parameters(), max_grad_norm)
    optimizer.step()
    return value.item()
