"""autocast as a decorator, the loss and the clipping written out, torch.autograd.grad, sums in tensors."""
import functools

import torch


def train_mixed_precision(model, optimizer, loader, scaler=None, device_type="cpu", dtype=torch.bfloat16, max_grad_norm=None):
    cast = functools.partial(torch.autocast, device_type, dtype=dtype)

    @cast()
    def mean_loss(x, y):
        z = model(x).float()
        return (z.logsumexp(-1) - z.gather(-1, y[:, None])[:, 0]).mean()

    def clip(params):
        grads = [p.grad for p in params if p.grad is not None]
        norm = torch.stack([g.double().square().sum() for g in grads]).sum().sqrt()
        if torch.isfinite(norm) and norm > max_grad_norm:
            for g in grads:
                g.mul_((max_grad_norm / norm).to(g.dtype))

    def rows():
        for x, y in loader:
            x, y = x.to(torch.device(device_type)), y.to(device=device_type, non_blocking=True)
            for m in model.modules():
                m.training = True
            params = {id(p): p for p in model.parameters()}
            params.update({id(p): p for g in optimizer.param_groups for p in g["params"]})
            params = [p for p in params.values() if p.requires_grad]
            loss = mean_loss(x, y)
            out = loss if scaler is None else scaler.scale(loss)
            for p, g in zip(params, torch.autograd.grad(out, params, allow_unused=True)):
                p.grad = g
            if scaler is not None and max_grad_norm is not None:
                held = {id(p) for g in optimizer.param_groups for p in g["params"]}
                s = scaler.get_scale()
                scaler.unscale_(optimizer)
                for p in params:
                    if id(p) not in held and p.grad is not None:
                        p.grad = p.grad / s
            if max_grad_norm is not None:
                clip(model.parameters())
            if scaler is None:
                optimizer.step()
            else:
                scaler.step(optimizer)
                scaler.update()
            yield torch.stack([loss.detach().double() * y.numel(), torch.tensor(float(y.numel()), device=loss.device)])

    table = list(rows())
    if not table:
        raise ValueError("no batches")
    top, bottom = torch.stack(table).sum(0)
    return (top / bottom).item()
