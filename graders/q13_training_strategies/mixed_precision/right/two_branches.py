"""Right, with separate branches for scaler and no scaler, autocast as a decorated function, nll of a log-softmax, and
clipping written out."""

import torch
import torch.nn.functional as F


def clip(model, bound):
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.sqrt(sum(g.double().pow(2).sum() for g in grads))
    if norm > bound:
        for g in grads:
            g.mul_(bound / norm)


def train_mixed_precision(
    model, optimizer, loader, scaler=None, device_type="cpu", dtype=torch.bfloat16, max_grad_norm=None
):
    @torch.autocast(device_type=device_type, dtype=dtype)
    def forward(x, y):
        return F.nll_loss(F.log_softmax(model(x), dim=1), y)

    for m in model.modules():
        m.training = True
    losses, sizes = [], []
    for x, y in loader:
        x = x.to(device=device_type)
        y = y.to(device=device_type)
        model.zero_grad(set_to_none=False)
        optimizer.zero_grad(set_to_none=False)
        loss = forward(x, y)
        if scaler is None:
            loss.backward()
            if max_grad_norm is not None:
                clip(model, max_grad_norm)
            optimizer.step()
        else:
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            if max_grad_norm is not None:
                clip(model, max_grad_norm)
            scaler.step(optimizer)
            scaler.update()
        losses.append(float(loss.detach()))
        sizes.append(y.shape[0])
    if not sizes:
        raise ValueError("no batches")
    return sum(a * n for a, n in zip(losses, sizes)) / sum(sizes)
