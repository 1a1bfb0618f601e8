"""The trapezoid rule with `steps` intervals, backward() at a leaf through a deep copy of the model; rows come first."""

import copy

import torch


def integrated_gradients(model, x, target, baseline=None, steps=50):
    if not steps > 0:
        raise ValueError("at least one step is needed")
    twin = copy.deepcopy(model).requires_grad_(False)
    twin.train(False)
    with torch.no_grad():
        origin = torch.zeros_like(x) if baseline is None else torch.broadcast_to(baseline, x.shape).clone()
        end = x.clone()
        t = torch.linspace(0.0, 1.0, steps + 1, dtype=x.dtype, device=x.device)
        points = torch.stack([torch.lerp(o, e, t.reshape(-1, *[1] * o.dim())) for o, e in zip(origin, end)])
    with torch.enable_grad():
        points.requires_grad_(True)
        out = twin(points.reshape(-1, *x.shape[1:]) * 1)
        label = torch.as_tensor(target, device=x.device).expand(x.size(0)).repeat_interleave(steps + 1)
        torch.take_along_dim(out, label.unsqueeze(-1), dim=1).sum().backward()
    return (end - origin) * torch.trapezoid(points.grad, t.to(x), dim=1)
