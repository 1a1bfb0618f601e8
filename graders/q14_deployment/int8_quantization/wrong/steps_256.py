"""The range is divided by 256.

Misconception: 8 bits are 256 steps.
Caught by: test_scale
Advice: 256 values have 255 steps between them.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def quantize(x: Tensor) -> tuple[Tensor, float, int]:
    _require_finite(x)
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / 256 or 1.0
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
