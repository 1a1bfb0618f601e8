"""Adam keeps its averages in float16 to save memory.

Misconception: The averages are rough estimates, so a small dtype will do.
Caught by: test_adam, test_signature
Advice: The trajectory must match to 1e-6. State has the dtype of its parameter: torch.zeros_like(p).
"""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        self.params = list(params)
        if not self.params:
            raise ValueError("params must not be empty")
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.lr = lr
        self.momentum = momentum
        self.bufs = [None for _ in self.params]

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad
            if self.momentum > 0:
                if self.bufs[i] is None:
                    self.bufs[i] = g.clone()
                else:
                    self.bufs[i].mul_(self.momentum).add_(g)
                g = self.bufs[i]
            p.add_(g, alpha=-self.lr)

    def zero_grad(self):
        for p in self.params:
            p.grad = None


class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.params = list(params)
        if not self.params:
            raise ValueError("params must not be empty")
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.avgs = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, avg in zip(self.params, self.avgs):
            if p.grad is None:
                continue
            g = p.grad
            avg.mul_(self.alpha).add_((1 - self.alpha) * g * g)
            p.sub_(self.lr * g / (avg.sqrt() + self.eps))

    def zero_grad(self):
        for p in self.params:
            p.grad = None


class Adam:
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        if not self.params:
            raise ValueError("params must not be empty")
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        for beta in betas:
            if not 0 <= beta < 1:
                raise ValueError(f"betas must be in [0, 1), got {betas}")
        self.lr, self.eps = lr, eps
        self.b1, self.b2 = betas
        self.ms = [torch.zeros_like(p, dtype=torch.float16) for p in self.params]
        self.vs = [torch.zeros_like(p, dtype=torch.float16) for p in self.params]
        self.ts = [0] * len(self.params)

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g, m, v = p.grad, self.ms[i], self.vs[i]
            self.ts[i] += 1
            t = self.ts[i]
            m.mul_(self.b1).add_(g, alpha=1 - self.b1)
            v.mul_(self.b2).addcmul_(g, g, value=1 - self.b2)
            m_hat = m / (1 - self.b1**t)
            v_hat = v / (1 - self.b2**t)
            p.sub_(self.lr * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
