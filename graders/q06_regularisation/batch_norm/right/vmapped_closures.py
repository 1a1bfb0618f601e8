"""eps and momentum live in closures; rows are scaled by vmap; the mean is shifted by the first row."""

import torch
from torch import nn
from torch.func import vmap


class BatchNorm1d(nn.Module):
    """Numbers live in an inner closure; projection matrix instead of a mean."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        shape = (num_features,)
        self.register_parameter("bias", nn.Parameter(torch.empty(shape)))
        self.register_buffer("running_var", torch.empty(shape))
        self.register_parameter("weight", nn.Parameter(torch.empty(shape)))
        self.register_buffer("running_mean", torch.empty(shape))
        with torch.no_grad():
            for t, v in ((self.bias, 0), (self.weight, 1), (self.running_mean, 0), (self.running_var, 1)):
                t.fill_(v)

        def blend(old, new):
            return old + momentum * (new - old)

        def check(x, training):
            if x.ndim != 2 or x.shape[1] != num_features:
                raise ValueError("I want (N, num_features)")
            if training and x.shape[0] < 2:
                raise ValueError("I want two rows")

        self.blend, self.check, self.guard = blend, check, lambda v: v.add(eps).pow(-0.5)

    def forward(self, x):
        self.check(x, self.training)
        if self.training:
            first = x[:1].detach()
            shifted = x - first
            mean = shifted.sum(0) / len(x)
            centred = shifted - mean
            ss = (centred**2).sum(0)
            self.running_mean.copy_(self.blend(self.running_mean, (first[0] + mean).detach()))
            self.running_var.copy_(self.blend(self.running_var, ss.detach() / (len(x) - 1)))
            var = ss / len(x)
        else:
            centred, var = x - self.running_mean, self.running_var
        return vmap(lambda row: row * self.guard(var) * self.weight + self.bias)(centred)
