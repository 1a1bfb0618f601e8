"""On a GPU a Triton kernel for each pass, one program a row forwards and a group of rows backwards; elsewhere plain torch."""

import torch

try:
    import triton
    import triton.language as tl
except ImportError:
    triton = None

LONGEST = 8192  # entries of a row that one program holds
GROUPS = 256  # of rows, in the backward pass

if triton is not None:

    @triton.jit
    def _forward_kernel(x, weight, bias, y, mean, rstd, size, eps, BLOCK: tl.constexpr):
        row = tl.program_id(0)
        column = tl.arange(0, BLOCK)
        inside = column < size
        value = tl.load(x + row * size + column, mask=inside, other=0.0).to(tl.float32)
        centre = tl.sum(value, axis=0) / size
        value = tl.where(inside, value - centre, 0.0)
        scale = 1.0 / tl.sqrt(tl.sum(value * value, axis=0) / size + eps)
        w = tl.load(weight + column, mask=inside, other=0.0).to(tl.float32)
        b = tl.load(bias + column, mask=inside, other=0.0).to(tl.float32)
        result = value * scale * w + b
        tl.store(y + row * size + column, result.to(y.dtype.element_ty), mask=inside)
        tl.store(mean + row, centre)
        tl.store(rstd + row, scale)

    @triton.jit
    def _backward_kernel(grad_y, x, weight, mean, rstd, grad_x, sums_w, sums_b, rows, size, BLOCK: tl.constexpr):
        group = tl.program_id(0)
        column = tl.arange(0, BLOCK)
        inside = column < size
        w = tl.load(weight + column, mask=inside, other=0.0).to(tl.float32)
        total_w = tl.zeros([BLOCK], dtype=tl.float32)
        total_b = tl.zeros([BLOCK], dtype=tl.float32)
        for row in range(group, rows, tl.num_programs(0)):
            at = row * size + column
            scale = tl.load(rstd + row)
            z = (tl.load(x + at, mask=inside, other=0.0).to(tl.float32) - tl.load(mean + row)) * scale
            z = tl.where(inside, z, 0.0)
            g = tl.load(grad_y + at, mask=inside, other=0.0).to(tl.float32)
            h = g * w
            result = scale * (h - tl.sum(h, axis=0) / size - z * (tl.sum(h * z, axis=0) / size))
            tl.store(grad_x + at, result.to(grad_x.dtype.element_ty), mask=inside)
            total_w += g * z
            total_b += g
        tl.store(sums_w + group * size + column, total_w, mask=inside)
        tl.store(sums_b + group * size + column, total_b, mask=inside)


def _fits_kernel(x):
    small = 0 < x.numel() < 2**31 and x.shape[-1] <= LONGEST
    return triton is not None and x.is_cuda and x.dtype != torch.float64 and small


def _check(name, tensor, shape):
    if tensor.shape != shape:
        raise ValueError(f"{name} must have shape {tuple(shape)}, and has {tuple(tensor.shape)}")


def layer_norm_forward(x, weight, bias, eps=1e-5):
    _check("weight", weight, x.shape[-1:])
    _check("bias", bias, x.shape[-1:])
    if _fits_kernel(x):
        size = x.shape[-1]
        x, weight, bias = x.contiguous(), weight.contiguous(), bias.contiguous()
        y = torch.empty_like(x)
        mean, rstd = (torch.empty(x.shape[:-1], dtype=torch.float32, device=x.device) for _ in range(2))
        block = triton.next_power_of_2(size)
        _forward_kernel[(x.numel() // size,)](x, weight, bias, y, mean, rstd, size, eps, BLOCK=block, num_warps=4 if block <= 2048 else 8)
        return y, mean, rstd
    accurate = torch.promote_types(x.dtype, torch.float32)
    var, mean = torch.var_mean(x.to(accurate), -1, unbiased=False)
    rstd = torch.sqrt(var + eps).reciprocal()
    z = torch.sub(x, mean.unsqueeze(-1)).mul_(rstd.unsqueeze(-1))
    return (z * weight + bias).to(x.dtype), mean, rstd


def layer_norm_backward(grad_y, x, weight, mean, rstd):
    _check("weight", weight, x.shape[-1:])
    _check("grad_y", grad_y, x.shape)
    _check("mean", mean, x.shape[:-1])
    _check("rstd", rstd, x.shape[:-1])
    size = x.shape[-1]
    if _fits_kernel(x):
        grad_y, x, weight, mean, rstd = (t.contiguous() for t in (grad_y, x, weight, mean, rstd))
        grad_x = torch.empty_like(x)
        rows = x.numel() // size
        groups = min(GROUPS, rows)
        sums_w, sums_b = (torch.empty(groups, size, dtype=torch.float32, device=x.device) for _ in range(2))
        block = triton.next_power_of_2(size)
        _backward_kernel[(groups,)](grad_y, x, weight, mean, rstd, grad_x, sums_w, sums_b, rows, size, BLOCK=block, num_warps=4 if block <= 2048 else 8)
        return grad_x, sums_w.sum(0).to(weight.dtype), sums_b.sum(0).to(weight.dtype)
    accurate = torch.promote_types(x.dtype, torch.float32)
    g = grad_y.to(accurate)
    z = torch.sub(x, mean.unsqueeze(-1)).mul_(rstd.unsqueeze(-1))
    axes = list(range(x.dim() - 1))
    gz = g * z
    grad_weight = gz.sum(axes) if axes else gz
    grad_bias = g.sum(axes) if axes else g.clone()
    mixed = torch.addcmul((g * weight).mean(-1, keepdim=True), z, (gz * weight).mean(-1, keepdim=True))
    grad_x = torch.sub(g * weight, mixed).mul_(rstd.unsqueeze(-1))
    return grad_x.to(x.dtype), grad_weight.to(weight.dtype), grad_bias.to(weight.dtype)
