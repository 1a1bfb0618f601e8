"""Batch normalisation of feature vectors, with running statistics for evaluation.

Idea
    Each feature is brought to mean 0 and variance 1 over the batch, and then to a scale and shift that are learnt.
    Layers behind it see inputs whose size does not depend on the weights before, so that larger steps are safe; and
    since each row's result depends on its random companions, there is a little noise, which regularises.

Derivation
    With m the mean, s = sqrt(var + eps), z = (x - m) / s and g the gradient at z, the statistics are functions of x
    too, and the chain rule through both gives dx = (g - mean(g) - z * mean(g * z)) / s: the gradient has no part along
    the two directions that normalising removes, shifting and scaling the whole batch. Autograd finds this by itself as
    long as neither m nor var is detached. The running variance estimates that of the population, hence N - 1; the batch
    is normalised by what makes its own variance 1, hence N.

Cost
    A few passes over x, limited by memory traffic; x and the statistics are kept for the backward pass. In evaluation
    mode the layer is affine and can be folded into the linear layer before it.

Pitfalls
    The biased variance in the running statistics, or the unbiased one in the normalisation. A momentum the wrong way
    round: here it is the weight of the new. Running statistics as parameters (the optimiser decays them) or as plain
    attributes (not saved, not moved), or updated with the graph attached, so that all batches stay in memory.
    mean(x**2) - mean(x)**2, which cancels. Evaluating in training mode.

Follow-up questions
    Why no bias in the layer before? The mean takes any constant away again; batch norm's own bias takes its place.
    What breaks with small batches, and what then? The statistics are noisy, and differ from the running ones; use layer
    or group norm, which do not look at other rows.
    What happens in distributed training? Each device normalises by its own part of the batch, unless the statistics are
    summed over all devices at every pass.
"""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Batch normalisation of (N, num_features)."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dim() != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"(N, {self.num_features}) was expected, and not {tuple(x.shape)}")
        mean, var = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("the variance of one row is not defined: training needs two at least")
            mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=0), self.momentum)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
