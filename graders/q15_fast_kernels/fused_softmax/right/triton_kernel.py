"""A Triton kernel, a row a program, where x is on a GPU and Triton is there; plain torch everywhere else."""

import torch

triton = None
if torch.cuda.is_available():
    try:
        import triton
        import triton.language as tl
    except ImportError:
        pass

WIDEST = 16384  # entries of a row in the registers of one program

if triton is not None:

    @triton.jit
    def _rows(x, out, mask, scale, row_stride, mask_stride, width, MASKED: tl.constexpr, DOUBLE: tl.constexpr, BLOCK: tl.constexpr):
        row = tl.program_id(0).to(tl.int64)
        at = tl.arange(0, BLOCK)
        inside = at < width
        if DOUBLE:
            s = tl.load(x + row * row_stride + at, mask=inside, other=0.0)
        else:
            s = tl.load(x + row * row_stride + at, mask=inside, other=0.0).to(tl.float32)
        s = s * scale
        allowed = inside
        if MASKED:
            allowed = inside & (tl.load(mask + row * mask_stride + at, mask=inside, other=0) != 0)
        s = tl.where(allowed, s, -float("inf"))
        top = tl.max(s, axis=0)
        top = tl.where(top == -float("inf"), 0.0, top)
        p = tl.where(allowed, tl.exp(s - top), 0.0)
        total = tl.sum(p, axis=0)
        p = p / tl.where(total == 0, 1.0, total)
        tl.store(out + row * width + at, p.to(out.dtype.element_ty), mask=inside)


def _on_gpu(x, mask, scale):
    width = x.shape[-1]
    flat = x.reshape(-1, width).contiguous()
    out = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    if mask is None:
        seen, stride = flat, 0
    elif mask.ndim == 0 or mask.numel() == mask.shape[-1]:
        seen, stride = mask.reshape(-1).expand(width).contiguous().view(torch.uint8), 0
    else:
        seen, stride = mask.expand(x.shape).reshape(-1, width).contiguous().view(torch.uint8), width
    block = triton.next_power_of_2(width)
    warps = 4 if block <= 2048 else 8 if block <= 8192 else 16
    _rows[(flat.shape[0],)](
        flat, out, seen, float(scale), width, stride, width,
        MASKED=mask is not None, DOUBLE=x.dtype == torch.float64, BLOCK=block, num_warps=warps,
    )
    return out


def fused_softmax(x, mask=None, scale=1.0):
    if x.ndim == 0 or not x.is_floating_point():
        raise ValueError("x must be floating, with one axis at least")
    if mask is not None:
        if mask.dtype != torch.bool:
            raise ValueError("the mask must be bool")
        try:
            mask.expand(x.shape)
        except RuntimeError as error:
            raise ValueError(f"the mask must broadcast to x's shape ({error})") from error
    if triton is not None and x.is_cuda and x.dtype != torch.float64 and 0 < x.numel() and x.shape[-1] <= WIDEST:
        return _on_gpu(x, mask, scale)
    s = scale * (x if x.dtype in (torch.float32, torch.float64) else x.to(torch.float32))
    if mask is not None:
        s.masked_fill_(~mask, float("-inf"))
    top = s.amax(dim=-1, keepdim=True)
    s -= torch.nan_to_num_(top, neginf=0.0)
    torch.exp(s, out=s)
    total = torch.sum(s, dim=-1, keepdim=True)
    s /= total.masked_fill_(total == 0, 1.0)
    return s.to(x.dtype)
