"""Draws from torch.distributions on the CPU and moves the mask to the input; masked_fill on the scaled input."""

import torch
from torch.distributions import Bernoulli
from torch.nn import Module


class Dropout(Module):
    def __init__(self, p: float = 0.5):
        super().__init__()
        if p not in (0, 1) and not 0 < p < 1:
            raise ValueError("p: a number from 0 to 1, please")
        self._gone = Bernoulli(probs=torch.tensor(float(p)))
        self._gain = 1.0 / (1.0 - p) if p != 1 else 0.0

    def forward(self, x):
        if self.training:
            gone = self._gone.sample(x.size()).bool().to(x.device)
            return (self._gain * x).masked_fill(gone, 0)
        return x
