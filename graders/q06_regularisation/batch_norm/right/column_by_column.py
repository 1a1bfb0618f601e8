"""Each column by itself; parameters and buffers are put into nn.Module's own dictionaries."""

import functools
import torch


def _column(w, b, eps, col):
    centred = col - col.mean()
    return torch.stack([*(w * centred * torch.rsqrt(torch.dot(centred, centred) / len(col) + eps) + b)])


class _Base(torch.nn.ParameterDict):
    pass


class BatchNorm1d(torch.nn.Module):
    """Column after column; the statistics move through .data of old buffers."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self._parameters["bias"] = torch.nn.Parameter(torch.zeros(num_features))
        self._parameters["weight"] = torch.nn.Parameter(torch.ones(num_features))
        self._buffers["running_var"] = torch.ones(num_features)
        self._buffers["running_mean"] = torch.zeros(num_features)
        self.update = functools.partial(self._blend, alpha=momentum)
        self.eps = eps

    @staticmethod
    def _blend(old, new, alpha):
        old.data.copy_(old * (1 - alpha) + alpha * new.detach())

    def forward(self, x):
        if tuple(x.shape[1:]) != tuple(self.weight.shape) or x.dim() != 2:
            raise ValueError("shape")
        if not self.training:
            return (x - self.running_mean).div((self.running_var + self.eps).sqrt()).mul(self.weight).add(self.bias)
        if x.size(0) == 1:
            raise ValueError("a batch of one")
        unbiased, mean = torch.var_mean(x, dim=0, correction=1)
        self.update(self.running_mean, mean)
        self.update(self.running_var, unbiased)
        cols = [_column(w, b, self.eps, c) for w, b, c in zip(self.weight, self.bias, x.unbind(1))]
        return torch.stack(cols).T
