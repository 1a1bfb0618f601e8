"""Right, in NumPy: every parameter is updated through a NumPy view of its own memory, with a dataclass per parameter."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Slot:
    tensor: object
    view: np.ndarray
    first: np.ndarray
    second: np.ndarray
    count: int = 0

    @classmethod
    def of(cls, tensor):
        view = tensor.detach().numpy()
        return cls(tensor, view, np.zeros_like(view), np.zeros_like(view))


class NumpyOptimizer:
    def __init__(self, params, lr):
        if lr <= 0:
            raise ValueError(f"lr={lr}")
        self.lr = lr
        self.slots = list(map(Slot.of, params))
        if not self.slots:
            raise ValueError("no parameters")

    def step(self):
        for slot in self.slots:
            if slot.tensor.grad is not None:
                slot.count += 1
                slot.view[...] -= self.change(slot, slot.tensor.grad.numpy())

    def zero_grad(self):
        for slot in self.slots:
            slot.tensor.grad = None


class SGD(NumpyOptimizer):
    def __init__(self, params, lr, momentum=0.0):
        if momentum < 0 or momentum >= 1:
            raise ValueError(f"momentum={momentum}")
        super().__init__(params, lr)
        self.momentum = momentum

    def change(self, slot, g):
        slot.first = self.momentum * slot.first + g
        return self.lr * slot.first


class RMSprop(NumpyOptimizer):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(params, lr)
        self.alpha, self.eps = alpha, eps

    def change(self, slot, g):
        slot.second = self.alpha * slot.second + (1 - self.alpha) * np.square(g)
        return self.lr * g / (np.sqrt(slot.second) + self.eps)


class Adam(NumpyOptimizer):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        if not all(0 <= b < 1 for b in betas):
            raise ValueError(f"betas={betas}")
        super().__init__(params, lr)
        self.betas, self.eps = betas, eps

    def change(self, slot, g):
        b1, b2 = self.betas
        slot.first = b1 * slot.first + (1 - b1) * g
        slot.second = b2 * slot.second + (1 - b2) * g * g
        m = slot.first / (1 - b1**slot.count)
        v = slot.second / (1 - b2**slot.count)
        return self.lr * m / (np.sqrt(v) + self.eps)
