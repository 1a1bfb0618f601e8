"""Right, with torch's list-wise elementwise kernels: one call for all parameters that take part in a step, state kept
in dictionaries keyed by the parameter."""

import torch


class _Base:
    def __init__(self, params, lr, **fractions):
        self._params = tuple(params)
        if not self._params:
            raise ValueError("params is empty")
        if lr <= 0:
            raise ValueError("lr must be positive")
        for name, value in fractions.items():
            if not 0.0 <= value < 1.0:
                raise ValueError(f"{name} must be in [0, 1)")
        self._lr = lr
        self._state = {}

    def _active(self):
        return [p for p in self._params if p.grad is not None]

    def _buffers(self, name, active):
        return [self._state.setdefault((name, id(p)), torch.zeros_like(p, requires_grad=False)) for p in active]

    def step(self):
        with torch.no_grad():
            active = self._active()
            if active:
                self._move(active, [p.grad for p in active])

    def zero_grad(self):
        for p in self._params:
            p.grad = None


class SGD(_Base):
    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, lr, momentum=momentum)
        self._momentum = momentum

    def _move(self, active, grads):
        bufs = self._buffers("momentum", active)
        torch._foreach_mul_(bufs, self._momentum)
        torch._foreach_add_(bufs, grads)
        torch._foreach_add_(active, bufs, alpha=-self._lr)


class RMSprop(_Base):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(params, lr)
        self._alpha, self._eps = alpha, eps

    def _move(self, active, grads):
        squares = self._buffers("square", active)
        torch._foreach_mul_(squares, self._alpha)
        torch._foreach_addcmul_(squares, grads, grads, 1 - self._alpha)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_add_(roots, self._eps)
        torch._foreach_addcdiv_(active, grads, roots, -self._lr)


class Adam(_Base):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, beta1=betas[0], beta2=betas[1])
        self._betas, self._eps = betas, eps
        self._ages = {}

    def _move(self, active, grads):
        b1, b2 = self._betas
        for p in active:
            self._ages[id(p)] = self._ages.get(id(p), 0) + 1
        ages = [self._ages[id(p)] for p in active]
        means, squares = self._buffers("mean", active), self._buffers("square", active)
        torch._foreach_lerp_(means, grads, 1 - b1)
        torch._foreach_mul_(squares, b2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - b2)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_div_(roots, [(1 - b2**age) ** 0.5 for age in ages])
        torch._foreach_add_(roots, self._eps)
        steps = torch._foreach_div(means, roots)
        torch._foreach_mul_(steps, [-self._lr / (1 - b1**age) for age in ages])
        torch._foreach_add_(active, steps)
