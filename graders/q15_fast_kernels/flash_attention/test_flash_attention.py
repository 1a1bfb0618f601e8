"""Hidden grader of `flash_attention`. The oracle takes the softmax of all scores at once, in float64."""

import math

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    TensorValue,
    assert_close,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    unpack,
)

LIMIT = 96 << 20  # bytes


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_qkv(rng, queries=6, keys=7, b=2, h=3, size=4, values=5):
    return draw(rng, b, h, queries, size), draw(rng, b, h, keys, size), draw(rng, b, h, keys, values)


def draw_float32(rng, *shape, count=3):
    return tuple(torch.from_numpy(rng.standard_normal(shape, np.float32)) for _ in range(count))


def oracle(q, k, v, causal=False, rows=None):
    """The results of all queries, or of those in `rows`."""
    ahead = k.shape[2] - q.shape[2]
    rows = torch.arange(q.shape[2]) if rows is None else rows
    q, k, v = q[:, :, rows].double(), k.double(), v.double()
    scores = torch.einsum("bhle,bhse->bhls", q, k) * q.shape[3] ** -0.5
    if causal:
        scores = torch.where(torch.arange(k.shape[2]) > rows[:, None] + ahead, -math.inf, scores)
    return torch.einsum("bhls,bhsv->bhlv", torch.softmax(scores, -1), v)


@check("correctness", points=2)
def test_one_block(submission, rng):
    """All keys in one block: the softmax over the keys of `q · k / sqrt(E)`, times the values."""
    help = "softmax(q @ k.mT / sqrt(E), over the keys) @ v: E is the size of a query, not of a value."
    for sizes in ({}, {"queries": 7, "keys": 7, "values": 4}, {"queries": 9, "keys": 3, "size": 6, "h": 1}):
        q, k, v = draw_qkv(rng, **sizes)
        for block_size in (k.shape[2], 50):
            actual = submission.flash_attention(q, k, v, block_size=block_size)
            assert_close(actual, oracle(q, k, v), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_one_block")
def test_blocks(submission, rng):
    """Several blocks give the same, whether their size divides the number of keys or not."""
    help = "A larger score lowers both the sum and the weighted sum gathered so far. The last block may be shorter."
    for queries, keys in ((5, 12), (12, 5), (1, 9)):
        q, k, v = draw_qkv(rng, queries, keys, size=3)
        for block_size in (1, 2, 3, 4, 5, 7):
            actual = submission.flash_attention(4 * q, k, v, False, block_size)
            assert_close(actual, oracle(4 * q, k, v), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_one_block")
def test_causal(submission, rng):
    """`causal=True` with as many queries as keys: query i sees keys 0 to i."""
    q, k, v = draw_qkv(rng, 7, 7)
    actual = submission.flash_attention(q, k, v, causal=True)
    help = "Mask key j of query i where j > i, before the maximum and the exponentials. A query sees its own position."
    assert_close(actual, oracle(q, k, v, True), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_causal")
def test_causal_at_the_end(submission, rng):
    """With fewer queries than keys, the last query sees all of them."""
    for queries, keys in ((3, 8), (1, 5), (6, 7)):
        q, k, v = draw_qkv(rng, queries, keys)
        help = "Query i sees keys 0 to i + S - L: they are aligned at the end."
        assert_close(submission.flash_attention(q, k, v, True), oracle(q, k, v, True), dtype="float64", help=help)


@check("correctness", points=2, depends_on=("test_blocks", "test_causal"))
def test_causal_blocks(submission, rng):
    """`causal` in several blocks: the diagonal runs through some, others are seen whole or not at all."""
    help = "Compare positions, not places in the block: key start + c is hidden where start + c > i + S - L."
    for queries, keys in ((12, 12), (5, 11), (2, 9), (10, 11)):
        q, k, v = draw_qkv(rng, queries, keys)
        for block_size in (1, 2, 3, 5, 8):
            actual = submission.flash_attention(q, k, v, True, block_size)
            assert_close(actual, oracle(q, k, v, True), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_one_block")
def test_default_block_size(submission, rng):
    """The default `block_size`, with 300 keys."""
    for causal in (False, True):
        q, k, v = draw_qkv(rng, 290, 300)
        help = "The last of the blocks of 128 has 44 keys."
        assert_close(submission.flash_attention(q, k, v, causal), oracle(q, k, v, causal), dtype="float64", help=help)


def extreme(rng, *levels):
    """Scores that lie just below one of the levels, for each of so many blocks of four keys. E is 16, so that the
    scores are exact: each key is 4 times a unit vector, and a query's entries are its scores."""
    near = torch.from_numpy(np.repeat(levels, 4)) - torch.from_numpy(rng.uniform(0, 3, (2, 2, 16, 16)))
    keys = 4 * torch.eye(16, dtype=torch.float64).expand(2, 2, 16, 16).contiguous()
    return near, keys, draw(rng, 2, 2, 16, 3)


@check("stability", points=2, depends_on="test_blocks")
def test_large_scores(submission, rng):
    """Scores of ±10,000, rising and falling from block to block, give finite, correct results."""
    help = "Subtract each query's own largest score so far, which starts at -inf and not at 0."
    for levels in ((1e4,) * 4, (-1e4,) * 4, (-1e4, 0, 1e4, 9.99e3), (1e4, -1e4, 1e4, 0)):
        for dtype, tol in ((torch.float64, 1e-10), (torch.float32, 5e-3)):
            q, k, v = (tensor.to(dtype) for tensor in extreme(rng, *levels))
            q[:, :, 3] = -q[:, :, 3]  # one query sees the opposite
            actual = submission.flash_attention(q, k, v, False, 4)
            assert_close(actual, oracle(q, k, v), tol=tol, help=help)


@check("stability", points=1, depends_on=("test_large_scores", "test_causal_blocks"))
def test_large_hidden_scores(submission, rng):
    """Hidden keys with scores of 10,000 have no influence on others with scores of -10,000."""
    help = "Mask with -inf: -1e4, or even -1e9, is a score like any other."
    for dtype, tol in ((torch.float64, 1e-10), (torch.float32, 5e-3)):
        for block_size in (4, 6, 16):
            q, k, v = (tensor.to(dtype) for tensor in extreme(rng, -1e4, -1e4, -1e4, 1e4))
            actual = submission.flash_attention(q, k, v, True, block_size)
            assert_close(actual, oracle(q, k, v, True), tol=tol, help=help)


@check("contract", points=1, depends_on="test_causal_blocks")
def test_dtypes(submission, rng):
    """float32, bfloat16 and float16 come back as tensors of what they were."""
    for dtype in ("float32", "bfloat16", "float16"):
        for causal in (False, True):
            q, k, v = (torch.tanh(tensor).to(getattr(torch, dtype)) for tensor in draw_qkv(rng, 8, 9))
            actual = submission.flash_attention(q, k, v, causal, 4)
            assert_close(
                actual, oracle(q, k, v, causal), dtype=dtype, help="Convert the result to q's dtype at the end."
            )
            assert_true(isinstance(actual, TensorValue), "a torch tensor was wanted", returned=actual)


@check("stability", points=1, depends_on="test_blocks")
def test_half_precision_scores(submission, rng):
    """The scores of bfloat16 and float16 inputs are computed in float32."""
    help = "Convert queries and keys before the product: bfloat16 knows 60 to 0.25 only, and float16 ends at 65,504."
    q, k, v = (tensor.to(torch.bfloat16) for tensor in draw_qkv(rng, 24, 64, size=64, values=16))
    assert_close(submission.flash_attention(8 * q, k, v, False, 16), oracle(8 * q, k, v), tol=1e-2, help=help)
    q, k, v = draw_qkv(rng, 24, 64, size=64, values=16)
    q = 34 * torch.sign(q)
    k = q[:, :, :1] + 0.1 * k  # 64 * 34**2 is beyond float16, and an eighth of it below 10,000
    q, k, v = q.half(), k.half(), v.half()
    assert_close(submission.flash_attention(q, k, v, False, 16), oracle(q, k, v), tol=1e-2, help=help)


@check("stability", points=1, depends_on="test_blocks")
def test_half_precision_sums(submission, rng):
    """The sums over many blocks of bfloat16 inputs are gathered in float32."""
    help = "Keep the largest score, the sum and the weighted sum in float32: 256 + 1 is 256 in bfloat16."
    q, k, v = draw_qkv(rng, 4, 800, b=1, h=2)
    q, k, v = (0.1 * q).bfloat16(), k.bfloat16(), (v + 2).bfloat16()
    assert_close(submission.flash_attention(q, k, v, False, 1), oracle(q, k, v), tol=1e-2, help=help)


def assert_little_memory(memory, rng, q, k, v, causal, help):
    rows = torch.from_numpy(rng.choice(q.shape[2], 32, replace=False))

    def verify(actual, *inputs):
        assert_shape(actual, (*q.shape[:3], v.shape[3]))
        found = actual.array if isinstance(actual, TensorValue) else actual
        assert_close(found[:, :, rows.numpy()], oracle(q, k, v, causal, rows), tol=1e-5)

    memory.assert_peak("flash_attention", (q, k, v, causal, 128), at_most=LIMIT, verify=verify, help=help)


@check("stability", points=2, depends_on="test_blocks")
def test_memory(submission, rng, memory):
    """float32 (1, 4, 4096, 64) takes at most 96 MiB beside inputs and outputs."""
    help = "All scores take 256 MiB. Let go of each block's before the next, and work in place."
    assert_little_memory(memory, rng, *draw_float32(rng, 1, 4, 4096, 64), False, help)


@check("stability", points=1, depends_on=("test_memory", "test_causal_blocks"))
def test_causal_memory(submission, rng, memory):
    """And so it does with `causal`."""
    help = "A mask of all queries and keys takes memory as well: make one for each block."
    assert_little_memory(memory, rng, *draw_float32(rng, 1, 4, 4096, 64), True, help)


@check("stability", points=1, depends_on="test_blocks")
def test_memory_of_many_keys(submission, rng, memory):
    """128 queries and 32,768 keys, in eight heads, take at most 96 MiB."""
    help = "Take the keys in blocks, not the queries alone: a query's scores for all keys are too many already."
    (q,) = draw_float32(rng, 1, 8, 128, 8, count=1)
    assert_little_memory(memory, rng, q, *draw_float32(rng, 1, 8, 32768, 8, count=2), False, help)


@check("contract", points=1, depends_on="test_causal_blocks")
def test_sizes_of_one(submission, rng):
    """Sizes of one stay."""
    help = "Neither squeeze nor rely on sizes: (B, H, L, V) comes back."
    for queries, keys, b, h, size, values in ((1, 1, 1, 1, 1, 1), (1, 4, 1, 2, 1, 3), (3, 3, 2, 1, 1, 1)):
        q, k, v = draw_qkv(rng, queries, keys, b, h, size, values)
        for causal in (False, True):
            actual = submission.flash_attention(q, k, v, causal, 2)
            assert_close(actual, oracle(q, k, v, causal), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_causal_blocks")
def test_empty(submission, rng):
    """No batch rows, heads or queries, or values of no size, give an empty result."""
    for sizes in ({"b": 0}, {"h": 0}, {"queries": 0}, {"values": 0}):
        q, k, v = draw_qkv(rng, **sizes)
        for causal in (False, True):
            actual = submission.flash_attention(q, k, v, causal, 3)
            help = "Only S is at least 1. torch.cat of an empty list raises."
            assert_close(actual, torch.zeros(*q.shape[:3], v.shape[3]), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_causal_blocks")
def test_memory_layout(submission, rng):
    """Heads that were split off a projection are not contiguous, and give the same result."""
    q, k, v = draw_qkv(rng, 6, 8)
    for causal in (False, True):
        for actual in unpack(submission.probe.other_layouts(q, k, v, causal, 3), 2):
            help = "view() needs contiguous memory; reshape and flatten do not."
            assert_close(actual, oracle(q, k, v, causal), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_causal_blocks")
def test_second_call(submission, rng):
    """A second call on the same tensors gives the same result."""
    q, k, v = draw_qkv(rng, 6, 8)
    for causal in (False, True):
        for actual in unpack(submission.probe.twice(q, k, v, causal, 3), 2):
            help = "`q /= …` writes into the argument; so does an in-place operation on a slice of it."
            assert_close(actual, oracle(q, k, v, causal), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_causal_blocks", testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    q, k, v = draw_qkv(rng, 6, 8)
    for causal in (False, True):
        help = "q, k and v belong to the caller, and so do torch's settings."
        assert_unchanged(submission.flash_attention, q, k, v, causal, 3, help=help)


@check("errors", points=1, depends_on="test_one_block")
def test_wrong_block_size(submission, rng):
    """A block size of less than 1 raises ValueError."""
    for block_size in (0, -1, -128):
        help = "range() takes a negative step, and does nothing."
        assert_raises(ValueError, submission.flash_attention, *draw_qkv(rng), block_size=block_size, help=help)


@check("errors", points=1, depends_on="test_one_block")
def test_wrong_shapes(submission, rng):
    """Shapes that do not fit raise ValueError; nothing is broadcast."""
    q, k, v = draw_qkv(rng)
    cube = draw(rng, 3, 3, 3, 3)
    unfit = [
        *((other, other, other) for other in (cube[0], cube[None])),
        *((other, cube, cube) for other in (cube[0], cube.expand(3, 3, 3, 3, 3))),
        *((cube, other, cube) for other in (cube[0], cube.expand(3, 3, 3, 3, 3))),
        *((cube, cube, other) for other in (cube[0], cube.expand(3, 3, 3, 3, 3))),
        (q[0], k[0], v[0]),
        (q[None], k[None], v[None]),
        (q[0], k, v),
        (q, k[0], v),
        (q, k, v[0]),
        (q[:1], k, v),
        (q, k[:1], v[:1]),
        (q, k, v[:1]),
        (q[:, :1], k, v),
        (q, k[:, :1], v[:, :1]),
        (q, k[:, :1], v),
        (q, k, v[:, :1]),
        (q[..., :3], k, v),
        (q, k[..., :1], v),
        (q, k[:, :, :6], v),
        (q, k, v[:, :, :1]),
    ]
    for tensors in unfit:
        help = "Compare B, H, E and S before you compute: a size of 1 broadcasts without complaint."
        assert_raises(ValueError, submission.flash_attention, *tensors, help=help)


@check("errors", points=1, depends_on="test_causal")
def test_more_queries_than_keys(submission, rng):
    """`causal` with more queries than keys raises ValueError."""
    for queries, keys in ((8, 7), (5, 1)):
        help = "The first query would see no key at all."
        assert_raises(ValueError, submission.flash_attention, *draw_qkv(rng, queries, keys), True, help=help)


@check("rules", points=1, depends_on="test_one_block")
def test_rules(submission, rng):
    """The blocks are written out."""
    q, k, v = draw_qkv(rng, 8, 8)

    def run(watched):
        watched.flash_attention(q, k, v)
        watched.flash_attention(q, k, v, True, 3)

    assert_rules(submission, run, help="The library's attention is what you are asked to write.")


@check("speed", points=2, depends_on=("test_causal_blocks", "test_default_block_size"))
def test_speed(submission, rng, clock):
    """Handles float32 (2, 4, 1024, 64), causal, in at most 1.5 times the reference's time."""
    clock.assert_ratio(
        "flash_attention",
        lambda scale=1: (*draw_float32(rng, 2, 4, int(1024 * scale), 64), True),
        verify=lambda actual, q, k, v, causal: assert_close(
            actual, functional.scaled_dot_product_attention(q, k, v, is_causal=True), tol=1e-5
        ),
        help="All rows and heads at once, a block of keys at a time; leave out the queries that do not see the block.",
        work=lambda q, k, v, causal: 2 * q.numel() * k.shape[2],  # half of the scores are masked
    )


@check("correctness", points=1, device="cuda", depends_on=("test_causal_blocks", "test_dtypes"))
def test_cuda(submission, rng):
    """On the GPU: float32 and bfloat16, with the default blocks; the result is there as well."""
    for dtype in ("float32", "bfloat16"):
        for queries, causal in ((200, False), (300, True), (170, True)):
            tensors = draw_qkv(rng, queries, 300, size=64, values=64)
            q, k, v = (tensor.to(getattr(torch, dtype)) for tensor in tensors)
            actual = submission.flash_attention(q, k, v, causal)
            help = "Make masks and sums on q's device; products of float32 in float32, not TF32."
            assert_close(actual, oracle(q, k, v, causal), dtype=dtype, help=help)
            where = str(getattr(actual, "device", "cpu"))
            assert_true(where.startswith("cuda"), "the result is not on the GPU", returned=where, wanted="cuda")


@check("speed", points=2, device="cuda", depends_on="test_cuda")
def test_cuda_speed(submission, rng, clock):
    """On the GPU: bfloat16 (4, 16, 2048, 64), causal, in at most 1.5 times the reference's time."""
    head = int(rng.integers(8))

    def verify(actual, q, k, v, causal):
        assert_shape(actual, tuple(q.shape))
        some = [tensor[:, head::8].float() for tensor in (q, k, v)]  # all of it would take a CPU a second
        found = actual.array if isinstance(actual, TensorValue) else actual
        assert_close(found[:, head::8], functional.scaled_dot_product_attention(*some, is_causal=True), tol=1e-2)

    clock.assert_ratio(
        "flash_attention",
        lambda: (*(tensor.to(torch.bfloat16) for tensor in draw_float32(rng, 4, 16, 2048, 64)), True),
        verify=verify,
        help="Few, large operations; a fused kernel keeps a tile's scores out of memory altogether.",
    )
