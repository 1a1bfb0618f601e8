"""The first momentum buffer is the gradient tensor itself, though it is never written into.

Misconception: As long as I do not write into p.grad, I may keep it.
Caught by: test_gradients_only_read
Keeps: everything else
Advice: Backward writes into it, before the second step: keep p.grad.clone().
"""

import torch


class _Base:
    def __init__(self, params, lr):
        if lr <= 0:
            raise ValueError("lr must be positive")
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr
        self.state = [{} for _ in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, s in zip(self.params, self.state):
            if p.grad is not None:
                self.update(p, p.grad, s)


class SGD(_Base):
    def __init__(self, params, lr, momentum=0.0):
        if not 0 <= momentum < 1:
            raise ValueError("momentum")
        super().__init__(params, lr)
        self.momentum = momentum

    def update(self, p, g, s):
        if self.momentum:
            if "buf" not in s:
                s["buf"] = g
            else:
                s["buf"] = s["buf"] * self.momentum + g
            g = s["buf"]
        p.sub_(self.lr * g)


class RMSprop(_Base):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(params, lr)
        self.alpha, self.eps = alpha, eps

    def update(self, p, g, s):
        if "v" not in s:
            s["v"] = torch.zeros_like(p)
        s["v"].mul_(self.alpha).add_((1 - self.alpha) * g * g)
        p.sub_(self.lr * g / (s["v"].sqrt() + self.eps))


class Adam(_Base):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        for b in betas:
            if not 0 <= b < 1:
                raise ValueError("betas")
        super().__init__(params, lr)
        self.betas, self.eps = betas, eps

    def update(self, p, g, s):
        if not s:
            s.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
        b1, b2 = self.betas
        s["t"] += 1
        s["m"].mul_(b1).add_((1 - b1) * g)
        s["v"].mul_(b2).add_((1 - b2) * g * g)
        m = s["m"] / (1 - b1 ** s["t"])
        v = s["v"] / (1 - b2 ** s["t"])
        p.sub_(self.lr * m / (v.sqrt() + self.eps))
