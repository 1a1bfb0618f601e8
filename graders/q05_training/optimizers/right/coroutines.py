"""Right, as coroutines: each parameter has a generator of its own that is sent gradients and yields steps, so that its
state is nothing but local variables."""

import itertools

import torch


def sgd_rule(lr, momentum):
    grad = yield
    velocity = grad.clone()
    while True:
        grad = yield lr * velocity
        velocity = momentum * velocity + grad


def rmsprop_rule(lr, alpha, eps):
    grad = yield
    average = (1 - alpha) * grad.square()
    while True:
        grad = yield lr * grad / (average.sqrt() + eps)
        average = alpha * average + (1 - alpha) * grad.square()


def adam_rule(lr, beta1, beta2, eps):
    """Weighted sums divided by the sum of their weights: the bias correction by another name."""
    top = bottom = 0.0
    weight1 = weight2 = 0.0
    step = None
    for _ in itertools.count():
        grad = yield step
        top, weight1 = beta1 * top + (1 - beta1) * grad, beta1 * weight1 + (1 - beta1)
        bottom, weight2 = beta2 * bottom + (1 - beta2) * grad**2, beta2 * weight2 + (1 - beta2)
        step = lr * (top / weight1) / (torch.sqrt(bottom / weight2) + eps)


class Driven:
    def _drive(self, params, lr, make_rule):
        if lr <= 0:
            raise ValueError("a learning rate has to be positive")
        self.pairs = []
        for param in params:
            rule = make_rule()
            next(rule)
            self.pairs.append((param, rule))
        if not self.pairs:
            raise ValueError("nothing to optimise")

    def step(self):
        for param, rule in self.pairs:
            if param.grad is None:
                continue
            with torch.no_grad():
                param -= rule.send(param.grad)

    def zero_grad(self):
        for param, _ in self.pairs:
            param.grad = None


class SGD(Driven):
    def __init__(self, params, lr, momentum=0.0):
        if not 0 <= momentum < 1:
            raise ValueError("momentum out of range")
        self._drive(params, lr, lambda: sgd_rule(lr, momentum))


class RMSprop(Driven):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self._drive(params, lr, lambda: rmsprop_rule(lr, alpha, eps))


class Adam(Driven):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        if min(betas) < 0 or max(betas) >= 1:
            raise ValueError("betas out of range")
        self._drive(params, lr, lambda: adam_rule(lr, *betas, eps))
