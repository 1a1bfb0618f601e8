"""Layer normalisation: the forward pass and its hand-written backward pass.

Idea
    Each row is brought to mean 0 and variance 1 by statistics of its own. The forward pass keeps mean and rstd, two
    numbers a row, from which the backward pass makes the normalised row again: cheaper than to keep all of it.

Derivation
    With z = (x - mean) * rstd and h = grad_y * weight, the gradient at z, only h would come back were the statistics
    constants: grad_x = rstd * h. But mean and rstd depend on x. Differentiating z_i with respect to x_j gives

        dz_i / dx_j = rstd * (delta_ij - 1/D - z_i z_j / D)

    a symmetric matrix, so that grad_x = rstd * (h - mean(h) - z * mean(h * z)). It need never be written out: it takes
    from h its parts along the row of ones and along z, the two directions in which x can move without changing y (for
    eps = 0). weight and bias are the same for all rows: their gradients are the sums of grad_y * z and of grad_y.

Cost
    About 20 operations an element and a dozen passes over memory, which are what takes the time. On a GPU each torch
    operation is a kernel of its own that reads and writes the whole tensor. A fused kernel holds a row in registers or
    shared memory: it reads x once and writes y once, and the backward pass reads grad_y and x and writes grad_x, a
    quarter of the traffic or less. One block of threads a row fills the machine if rows are many and D is some
    thousands; few long rows need several blocks each, short ones a warp each. grad_weight is a sum across rows, which
    are different blocks: each block adds up a group of rows, and a second, small kernel adds up the groups. Atomic
    additions would do as well, in an order that changes from run to run. Fusing pays where a pass is bound by memory
    and not by arithmetic, as here.

Pitfalls
    mean(x**2) - mean(x)**2 subtracts two large numbers: with mean 1e6 nothing of the variance is left in float32, and
    few digits in float64. Statistics or sums in half precision. eps outside of the root. Treating mean or rstd as a
    constant in the backward pass. Multiplying by weight after the means are taken instead of before. Weights of
    shape (1,) or statistics of shape (N, 1), which broadcast to something, silently.

Follow-up questions
    Can the variance be had in one pass over the row? Welford's update keeps the digits, and so does merging means and
    sums of squares of parts, as torch.var_mean does. On a CPU two plain passes, each of them vectorised, are faster.
    What does RMSNorm save? It does not subtract the mean: one statistic less, and one reduction less each way.
    Why keep mean and rstd in float32 for bfloat16? rstd multiplies the whole row: an error of 2**-9 in it is as
    large as the rounding of y itself, and a mean rounded to bfloat16 may be off by more than the row's deviation.
"""

import torch
from torch import Tensor


def layer_norm_forward(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor, Tensor]:
    if not weight.shape == bias.shape == x.shape[-1:]:
        raise ValueError(f"weight and bias must be {tuple(x.shape[-1:])}: {tuple(weight.shape)}, {tuple(bias.shape)}")
    wide = torch.promote_types(x.dtype, torch.float32)
    var, mean = torch.var_mean(x.to(wide), -1, correction=0, keepdim=True)
    rstd = (var + eps).rsqrt()
    y = (x - mean) * rstd * weight + bias
    return y.to(x.dtype), mean.squeeze(-1), rstd.squeeze(-1)


def layer_norm_backward(
    grad_y: Tensor, x: Tensor, weight: Tensor, mean: Tensor, rstd: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    if weight.shape != x.shape[-1:]:
        raise ValueError(f"weight must be {tuple(x.shape[-1:])}, and not {tuple(weight.shape)}")
    if grad_y.shape != x.shape:
        raise ValueError(f"grad_y must be {tuple(x.shape)}, as x is, and not {tuple(grad_y.shape)}")
    if not mean.shape == rstd.shape == x.shape[:-1]:
        raise ValueError(f"mean and rstd must be {tuple(x.shape[:-1])}: {tuple(mean.shape)}, {tuple(rstd.shape)}")
    wide = torch.promote_types(x.dtype, torch.float32)
    grad = grad_y.to(wide)
    rstd = rstd.unsqueeze(-1)
    z = (x - mean.unsqueeze(-1)) * rstd
    h = grad * weight
    grad_x = rstd * (h - h.mean(-1, keepdim=True) - z * (h * z).mean(-1, keepdim=True))
    grad_weight = (grad * z).reshape(-1, len(weight)).sum(0)
    grad_bias = grad.reshape(-1, len(weight)).sum(0)
    return grad_x.to(x.dtype), grad_weight.to(weight.dtype), grad_bias.to(weight.dtype)
