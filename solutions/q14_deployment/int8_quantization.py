"""Eight-bit quantisation: affine for tensors, symmetric for weights.

Idea
    A tensor needs far fewer than 32 bits a number if all numbers share a scale. Activations lie anywhere, so that they
    get a zero point too; weights lie around 0, so that a scale for each output channel is enough.

Derivation
    Let x = s (q - z) with q from -128 to 127. 255 steps cover the range [lo, hi], so s = (hi - lo) / 255, and lo should
    become -128: z = -128 - lo / s, rounded. 0 must be in the range, for z to be an int8 and 0 to be hit exactly, which
    padding and ReLU rely on. With q = round(x / s) + z the error is at most s / 2, except perhaps at an end where q is
    clamped: there the rounding of z is the error, and that is at most s / 2 as well.
    A linear layer is y_c = sum_i w_ci x_i + b_c. With w_ci = s_c q_ci the scale can be taken out of the sum:
    y_c = s_c sum_i q_ci x_i + b_c, so that one scale an output channel costs nothing. A step is s_c = max|w_c| / 127;
    its error, uniform in +-s_c / 2, has the size s_c / sqrt(12). For 1,024 normal weights max|w_c| is about 3.4
    standard deviations: 0.8 %.

Cost
    A quarter of the memory, which is what bounds inference on small batches. This layer goes back to float for the
    product; kernels that multiply int8 by int8 need quantised inputs as well.

Pitfalls
    `q - zero_point` in int8 wraps around. A range that does not hold 0 gives a zero point outside int8. Truncating
    instead of rounding doubles the error. A scale clamped from below ruins small tensors, one of 0 makes NaN. A plain
    attribute in place of a buffer is neither saved nor moved. The weight's graph, not detached, keeps the float weights
    alive.

Follow-up questions
    Why not one scale for the whole matrix? The largest row decides, and small rows keep a few levels only, or none.
    Why not per input channel as well? s_i could not be taken out of the sum over i; it would have to be multiplied into
    the inputs, which is what smoothing methods for activations with outliers do.
    When is 8-bit not enough, and what then? Where outliers stretch the range: clip at a percentile, choose the scale by
    the least squared error, keep the sensitive layers in float, or train with simulated quantisation.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def quantize(x: Tensor) -> tuple[Tensor, float, int]:
    _require_finite(x)
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / 255 or 1.0
    zero_point = round(-128 - low / scale)
    q = (torch.round(x / scale) + zero_point).clamp(max=127)
    return q.to(torch.int8), scale, zero_point  # an int8 tensor is detached


def dequantize(q: Tensor, scale: float, zero_point: int) -> Tensor:
    return (q.to(torch.float32) - zero_point) * scale


class QuantizedLinear(nn.Module):
    @classmethod
    def from_float(cls, linear: nn.Linear) -> "QuantizedLinear":
        weight = linear.weight.detach()
        bias = None if linear.bias is None else linear.bias.detach()
        for tensor in (weight, bias):
            if tensor is not None:
                _require_finite(tensor)
        # Clamped, so that a row of zeros does not divide 0 by 0.
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-30) / 127
        weight_q = torch.round(weight / scale).to(torch.int8)
        layer = cls()
        layer.register_buffer("weight_q", weight_q)
        layer.register_buffer("scale", scale)
        layer.register_buffer("bias", bias)
        return layer

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight_q * self.scale, self.bias)


def _require_finite(x: Tensor) -> None:
    if not torch.isfinite(x).all():
        raise ValueError("NaN and infinite values cannot be quantised")
