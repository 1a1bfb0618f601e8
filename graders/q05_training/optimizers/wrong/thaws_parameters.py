"""The constructor makes every parameter require gradients.

Misconception: What is handed to an optimiser is there to be trained.
Caught by: test_training_loop
Keeps: everything else
Advice: A frozen parameter would begin to move. Its gradient is None: it is skipped, and that is enough.
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
        for p in self.params:
            p.requires_grad_(True)
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
                s["buf"] = g.clone()
            else:
                s["buf"].mul_(self.momentum).add_(g)
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
