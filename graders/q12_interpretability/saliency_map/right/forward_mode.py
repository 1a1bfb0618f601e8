"""Forward-mode derivatives of a functional call, pixel after pixel."""

import torch
from torch.func import functional_call, jvp


def saliency_map(model, x, target):
    was = {m for m in model.modules() if m.training}
    model.eval()
    state = {**{n: p.detach() for n, p in model.named_parameters()}, **{n: b.clone() for n, b in model.named_buffers()}}
    x = x.detach()
    n, c, h, w = x.shape
    best = torch.zeros(n, h, w, dtype=x.dtype, device=x.device)
    pick = torch.tensor([int(target)] * n) if isinstance(target, int) or target.dim() == 0 else target
    try:
        for i in range(c * h * w):
            t = torch.zeros(c * h * w, dtype=x.dtype, device=x.device)
            t[i] = 1
            _, d = jvp(lambda z: functional_call(model, state, (z,)), (x.clone(),), (t.view(1, c, h, w).expand_as(x).clone(),))
            d = d.detach().gather(1, pick[:, None].to(d.device))[:, 0].abs()
            a, b = divmod(i % (h * w), w)
            best[:, a, b] = torch.maximum(best[:, a, b], d)
    finally:
        for m in was:
            m.training = True
    return best
