"""SGD, RMSprop and Adam by hand.

Idea
    All three walk over the parameters and subtract a step made of the gradient; they differ in what they remember.
    What is common (the list, the skipping, zero_grad, no autograd) is written once; each rule is a few lines on one
    parameter and that parameter's own state.

Derivation
    SGD with momentum sums old gradients with geometric weights: `buf = momentum * buf + g`, `p -= lr * buf`. It starts
    from an empty buffer, so the first step is plain SGD; under a constant gradient it grows to `g / (1 - momentum)`.
    RMSprop keeps an average of squares, `avg = alpha * avg + (1 - alpha) * g**2`, and divides by its root, so that
    each coordinate moves at a rate of its own whatever the scale of its gradient.
    Adam averages both: `m = b1 * m + (1 - b1) * g` and `v = b2 * v + (1 - b2) * g**2`. Both start at zero. Under
    gradients of one distribution, `E[m_t] = (1 - b1**t) E[g]`, because the weights `(1 - b1) * b1**(t - i)` add up to
    `1 - b1**t`; dividing by that removes the bias, and likewise for `v`. With the defaults the uncorrected first step
    would be 0.1 / sqrt(0.001), more than three times too long. `eps` is added to the corrected root.

Cost
    A handful of elementwise operations on every parameter and step. Memory beyond the parameters: nothing for SGD, one
    copy for momentum and RMSprop, two for Adam.

Pitfalls
    Storing `params` itself: a generator is empty after the first step. Updating with `p.data = ...`: the parameter
    leaves the memory that others (a tied weight, a flattened buffer, an exporter) still look at. Starting the momentum
    buffer as `buf = p.grad`: the next in-place operation on one changes the other. One step count for all parameters:
    a layer that sat out ten steps gets the bias correction of the eleventh. `eps` inside the root: 1e-8 becomes 1e-4.

Follow-up questions
    Why None rather than zeros in zero_grad? A zero is a gradient: momentum would go on rolling and the averages would
    decay. None means "not part of this step", and it saves the memory and the pass that writes the zeros.
    Why does AdamW exist? An L2 term added to g gets divided by sqrt(v) like the rest, so weights with large gradients
    are hardly decayed; AdamW subtracts `lr * decay * p` beside the adaptive step.
    What changes for Nesterov momentum? The step is taken along `g + momentum * buf`: the gradient one look ahead.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class _Optimizer:
    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        self.states: list[tuple[Tensor, dict[str, Any]]] = [(param, {}) for param in params]
        if not self.states:
            raise ValueError("there are no parameters to optimise")
        if lr <= 0:
            raise ValueError(f"the learning rate has to be above 0, not {lr}")
        self.lr = lr

    @torch.no_grad()
    def step(self) -> None:
        for param, state in self.states:
            if param.grad is not None:
                self.update(param, param.grad, state)

    def zero_grad(self) -> None:
        for param, _ in self.states:
            param.grad = None

    def update(self, param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
        raise NotImplementedError


def _check_decay(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name} has to lie in [0, 1), not {value}")


class SGD(_Optimizer):
    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.0) -> None:
        super().__init__(params, lr)
        _check_decay("momentum", momentum)
        self.momentum = momentum

    def update(self, param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
        if self.momentum:
            if not state:
                state["buffer"] = torch.zeros_like(param)
            grad = state["buffer"].mul_(self.momentum).add_(grad)
        param.sub_(grad, alpha=self.lr)


class RMSprop(_Optimizer):
    def __init__(self, params: Iterable[Tensor], lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(params, lr)
        self.alpha, self.eps = alpha, eps

    def update(self, param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
        if not state:
            state["square"] = torch.zeros_like(param)
        square = state["square"].mul_(self.alpha).addcmul_(grad, grad, value=1 - self.alpha)
        param.addcdiv_(grad, square.sqrt().add_(self.eps), value=-self.lr)


class Adam(_Optimizer):
    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr)
        for index, beta in enumerate(betas):
            _check_decay(f"betas[{index}]", beta)
        self.betas, self.eps = betas, eps

    def update(self, param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
        if not state:
            state.update(steps=0, mean=torch.zeros_like(param), square=torch.zeros_like(param))
        state["steps"] += 1
        first, second = self.betas
        mean = state["mean"].mul_(first).add_(grad, alpha=1 - first)
        square = state["square"].mul_(second).addcmul_(grad, grad, value=1 - second)
        mean_scale = 1 - first ** state["steps"]
        root = (square / (1 - second ** state["steps"])).sqrt_().add_(self.eps)
        param.addcdiv_(mean, root, value=-self.lr / mean_scale)
