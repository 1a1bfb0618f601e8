"""Quantised rows, and a product of int8 matrices that is exact before it is scaled.

Idea
    A row of numbers is, nearly, a row of small whole numbers times one scale. Two such rows have the inner product of
    their whole numbers, times both scales: the scales belong to the row and the column of the result, and can wait
    until the sum is done. The sum is of whole numbers, and need not be rounded at all.

Derivation
    A product of two int8 is at most 2**14 in size, a sum of K of them at most K * 2**14: below 2**31 for K up to
    131,071. int32 holds it, and so does float64, which is exact up to 2**53. float32 is exact up to 2**24, which is
    K = 1024: longer sums have to be cut into pieces of 1024, each exact, that are added in int32 or float64.

Cost
    `2 * M * N * K` operations. On a CPU float64 runs a tuned library's matrix product, with twice the bytes of int32 or
    float32; float32 in pieces of 1024 is twice as fast, and a kernel for int8 faster again by far, if the processor has
    instructions that multiply bytes and add in int32. torch's product of integers depends on its version, and CUDA
    has none. A GPU's tensor cores multiply int8 and add in int32, at twice the rate of bfloat16 and with half of its
    traffic. There one would call such a kernel (dimensions must be multiples of 8 or 16), and let it scale and add the
    bias while the sums are still in registers: then the (M, N) sums need not go to memory and be read again. Tiles of
    a and b go through shared memory, so that each entry is read once a tile and not once a product. With few rows, as
    when decoding, the product is bound by reading b, and int8 pays by its size alone.

Pitfalls
    int8 or int16 sums wrap around. float32 sums pass tests with a small K and lose the last digits with a large one,
    most visibly where terms cancel. -128 has no positive counterpart in int8: do not negate it there. A row of zeros
    has scale 0, and 0/0 is no int8. A maximum over no entries is an error. A scale of shape (M,) broadcasts over the
    columns where rows were meant, silently if M equals N.

Follow-up questions
    Why one scale a row and not one for the whole matrix? One outlier would cost all rows their digits; a scale a row
    costs nothing, because it is constant along K. One a column of a (along K) could not be taken out of the sum.
    Why symmetric, without a zero point? With zero points the product has three more terms, which need the row sums.
    What is lost? Up to half a step an entry, 1/254 of the row's largest. Outliers make steps coarse: they are clipped,
    kept apart in higher precision, or moved from activations to weights by scaling columns beforehand.
"""

import torch
from torch import Tensor


def quantize_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    if x.dim() != 2 or not x.is_floating_point():
        raise ValueError(f"x must be floating and two-dimensional, and not {x.dtype} of shape {tuple(x.shape)}")
    if not x.shape[1]:
        return x.to(torch.int8), x.new_ones(len(x), dtype=torch.float32)
    scale = (x.abs().amax(1) / 127).float()
    scale = torch.where(scale == 0, 1, scale)
    return torch.round(x / scale[:, None]).to(torch.int8), scale


def int8_matmul(a: Tensor, a_scale: Tensor, b: Tensor, b_scale: Tensor, bias: Tensor | None = None) -> Tensor:
    if not a.dtype == b.dtype == torch.int8:
        raise ValueError(f"a and b must be int8, and not {a.dtype} and {b.dtype}")
    if not a.dim() == b.dim() == 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must be (M, K) and (N, K), and not {tuple(a.shape)} and {tuple(b.shape)}")
    columns = b.shape[:1]
    if a_scale.shape != a.shape[:1] or b_scale.shape != columns or (bias is not None and bias.shape != columns):
        raise ValueError(f"a_scale must be ({len(a)},), b_scale and bias ({len(b)},)")
    result = (a.double() @ b.double().T).float() * a_scale[:, None] * b_scale
    return result if bias is None else result + bias
