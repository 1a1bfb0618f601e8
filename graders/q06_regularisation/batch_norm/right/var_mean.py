"""torch.var_mean, the unbiased variance made from the biased one, in-place updates of .data; the moments in a helper."""

from torch import nn, ones, var_mean, zeros


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        nn.Module.__init__(self)
        self.keep = 1.0 - momentum
        self.eps = eps
        self.register_parameter("weight", nn.Parameter(ones(num_features)))
        self.register_parameter("bias", nn.Parameter(zeros(num_features)))
        for name, make in {"running_mean": zeros, "running_var": ones}.items():
            self.register_buffer(name, make(num_features))

    def _moments(self, x):
        n = x.shape[0]
        if n == 1:
            raise ValueError("Expected more than 1 value per channel when training")
        var, mean = var_mean(x, dim=0, correction=0)
        self.running_mean.data.mul_(self.keep).add_(mean.detach() * (1 - self.keep))
        self.running_var.data.mul_(self.keep).add_(var.detach() * (n / (n - 1)) * (1 - self.keep))
        return mean, var

    def forward(self, x):
        if x.shape[1:] != self.weight.shape or x.ndim == 0:
            raise ValueError("expected two dimensions, the second of size %d" % len(self.weight))
        mean, var = self._moments(x) if self.training else (self.running_mean, self.running_var)
        return self.weight * ((x - mean) * (var + self.eps).pow(-0.5)) + self.bias
