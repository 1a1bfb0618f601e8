"""W, U and b in one matrix behind an autograd.Function of its own; row by row; the head is a convolution."""

import torch
from torch import nn


class Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, h, a):
        new = (torch.cat([x, h, torch.ones_like(h[:, :1])], 1) @ a).tanh()
        ctx.save_for_backward(x, h, a, new)
        return new

    @staticmethod
    def backward(ctx, g):
        x, h, a, new = ctx.saved_tensors
        d = g * (1 - new * new)
        z = d @ a.T
        w = torch.cat([x, h, torch.ones_like(h[:, :1])], 1)
        return z[:, : x.shape[1]], z[:, x.shape[1] : -1], w.T @ d


class SimpleRNN(nn.Sequential):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__(nn.Conv1d(hidden_size, output_size, 1))
        self.hidden = hidden_size
        self.a = nn.Parameter(torch.empty(input_size + hidden_size + 1, hidden_size).uniform_(-0.3, 0.3))

    def forward(self, x, lengths=None):
        steps = [x.size(1)] * len(x) if lengths is None else lengths.tolist()
        rows = []
        for row, n in zip(x, steps):
            h = row.new_zeros(1, self.hidden)
            for t in range(n):
                h = Step.apply(row[t : t + 1], h, self.a)
            rows.append(h)
        return self[0](torch.cat(rows).unsqueeze(-1)).squeeze(-1)
