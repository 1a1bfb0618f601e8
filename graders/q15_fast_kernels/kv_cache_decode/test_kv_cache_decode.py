"""Hidden grader of `kv_cache_decode`. The oracle gives each query head its keys, and weighs them in float64."""

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
    assert_type,
    assert_unchanged,
    check,
    unpack,
)

BASIC = ("test_one_query", "test_grouped_queries", "test_several_queries")


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_kv(rng, sizes, count):
    batch, heads, _, head_dim = sizes
    return draw(rng, batch, heads, count, head_dim), draw(rng, batch, heads, count, head_dim)


def draw_q(rng, sizes, count=1, groups=1):
    batch, heads, _, head_dim = sizes
    return draw(rng, batch, groups * heads, count, head_dim)


def oracle(q, k, v):
    q, k, v = q.double(), k.double(), v.double()
    groups, ahead = q.shape[1] // k.shape[1], k.shape[2] - q.shape[2]
    k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    scores = torch.einsum("bhtd,bhnd->bhtn", q, k) * q.shape[3] ** -0.5
    hidden = torch.arange(k.shape[2]) > torch.arange(q.shape[2])[:, None] + ahead
    return torch.einsum("bhtn,bhnd->bhtd", torch.softmax(scores.masked_fill(hidden, -math.inf), -1), v)


def assert_played(submission, sizes, steps, help, dtype="float64"):
    """Each attend against the oracle, on the keys and values that the steps before it leave."""
    found = unpack(submission.probe.play(sizes, steps, dtype), len(steps))
    k, v = draw_kv(np.random.default_rng(0), sizes, 0)
    for value, (step, *args) in zip(found, steps, strict=True):
        if step == "append":
            k, v = torch.cat([k, args[0]], 2), torch.cat([v, args[1]], 2)
        elif step == "truncate":
            k, v = k[:, :, : args[0]], v[:, :, : args[0]]
        if step == "attend":
            assert_close(value, oracle(args[0], k, v), dtype=dtype, help=help)
        else:
            assert_true(value != "accepted", "a wrong call was accepted", wanted="ValueError", help=help)
            assert_type(value, int, help="`length` is an int.")
            assert_true(value == k.shape[2], "the length is wrong", returned=value, wanted=k.shape[2], help=help)


@check("correctness", points=2)
def test_one_query(submission, rng):
    """The newest position attends to all in the cache, which need not be full."""
    help = "softmax(q @ k.mT / sqrt(head_dim)) @ v over the first `length` positions; what lies behind does not count."
    for sizes, count in (((2, 3, 9, 4), 5), ((1, 2, 6, 3), 6), ((3, 1, 40, 5), 1)):
        steps = [("append", *draw_kv(rng, sizes, count)), ("attend", draw_q(rng, sizes))]
        assert_played(submission, sizes, steps, help)


@check("correctness", points=2, depends_on="test_one_query")
def test_grouped_queries(submission, rng):
    """Query head j reads key head j // g."""
    help = "Neighbouring query heads share keys: repeat_interleave, not repeat; or unflatten(1, (heads, g))."
    for sizes, groups in (((2, 3, 9, 4), 2), ((1, 2, 7, 4), 4), ((2, 1, 5, 3), 3)):
        steps = [("append", *draw_kv(rng, sizes, 5)), ("attend", draw_q(rng, sizes, 1, groups))]
        assert_played(submission, sizes, steps, help)


@check("correctness", points=2, depends_on="test_one_query")
def test_several_queries(submission, rng):
    """The T rows of q are the last T positions, and each sees the positions up to its own."""
    help = "Row t stands at position length - T + t: hide the keys behind it, and no others."
    for count, rows, groups in ((6, 6, 1), (8, 3, 1), (7, 2, 2), (9, 8, 3)):
        sizes = (2, 2, 10, 4)
        steps = [("append", *draw_kv(rng, sizes, count)), ("attend", draw_q(rng, sizes, rows, groups))]
        assert_played(submission, sizes, steps, help)


@check("correctness", points=2, depends_on=BASIC)
def test_decoding(submission, rng):
    """A prompt at once, then positions one by one and several at a time, up to the capacity."""
    sizes = (2, 2, 12, 4)
    steps = [("append", *draw_kv(rng, sizes, 4)), ("attend", draw_q(rng, sizes, 4, 2))]
    for count in (1, 1, 3, 1, 2):
        steps += [("append", *draw_kv(rng, sizes, count)), ("attend", draw_q(rng, sizes, count, 2))]
        steps += [("attend", draw_q(rng, sizes, 5, 2))]
    assert_played(submission, sizes, steps, "What was appended stays, in order; q's rows may span several appends.")


@check("correctness", points=2, depends_on=BASIC)
def test_truncate(submission, rng):
    """`truncate` forgets the last positions, and the next ones take their place."""
    sizes = (2, 3, 8, 4)
    steps = [("append", *draw_kv(rng, sizes, 7))]
    for length in (5, 5, 2):
        steps += [("truncate", length), ("attend", draw_q(rng, sizes, 2))]
    for count in (1, 3, 2):
        steps += [("append", *draw_kv(rng, sizes, count)), ("attend", draw_q(rng, sizes, 3))]
    steps += [("truncate", 0), ("append", *draw_kv(rng, sizes, 8)), ("attend", draw_q(rng, sizes, 8))]
    assert_played(submission, sizes, steps, "Lower the length: attend stops there, and append writes there.")


@check("contract", points=1, depends_on=BASIC)
def test_copies(submission, rng):
    """Changing k and v after `append` does not show."""
    sizes = (2, 2, 6, 4)
    for count in (6, 4):
        (k, v), q = draw_kv(rng, sizes, count), draw_q(rng, sizes)
        actual = submission.probe.changed_later(sizes, k, v, q, "float64")
        assert_close(actual, oracle(q, k, v), dtype="float64", help="The caller may use its buffer again: copy.")


@check("contract", points=1, depends_on=BASIC)
def test_attend_again(submission, rng):
    """`attend` changes nothing: neither the cache, nor q, nor an earlier result."""
    sizes, q = (2, 2, 9, 4), draw_q(rng, (2, 2, 9, 4), 2, 2)
    steps = [("append", *draw_kv(rng, sizes, 6)), *[("attend", q)] * 3, ("attend", 3 * q), ("attend", q)]
    steps += [("append", *draw_kv(rng, sizes, 2)), ("attend", q), ("attend", -q)]
    help = "Scale neither the cache nor q in place, and give back a tensor of its own."
    assert_played(submission, sizes, steps, help)
    k, v = draw_kv(rng, sizes, 7)
    for actual in unpack(submission.probe.again(sizes, k, v, q, "float64"), 3):
        assert_close(actual, oracle(q, k, v), dtype="float64", help=help)


@check("contract", points=1, depends_on=BASIC)
def test_two_caches(submission, rng):
    """Two caches do not share memory."""
    sizes, q = (1, 2, 5, 4), draw_q(rng, (1, 2, 5, 4))
    both = draw_kv(rng, sizes, 5), draw_kv(rng, sizes, 5)
    found = submission.probe.two_caches(sizes, *both, q, "float64")
    for actual, (k, v) in zip(unpack(found, 2), both, strict=True):
        assert_close(actual, oracle(q, k, v), dtype="float64", help="Memory belongs to an object, not to the class.")


@check("stability", points=2, depends_on=BASIC)
def test_large_scores(submission, rng):
    """Scores of ±10,000 give finite, correct results, and hidden ones have no influence."""
    sizes = (1, 1, 16, 16)
    for level in (1e4, -1e4):
        for dtype, tol in (("float64", 1e-10), ("float32", 5e-3)):
            k = 4 * torch.eye(16).reshape(1, 1, 16, 16)  # so that q's entries are the scores, exactly
            scores = level - torch.from_numpy(rng.uniform(0, 3, (1, 2, 6, 16)))
            scores[..., -6:] += torch.triu(torch.full((6, 6), 2e4), 1)  # beyond what a row sees
            k, v, q = (x.to(getattr(torch, dtype)) for x in (k, draw(rng, 1, 1, 16, 16), scores.clamp(max=1e4)))
            actual = submission.probe.attend(sizes, k, v, q, dtype)
            help = "Hide with -inf before the softmax, and subtract each row's largest score."
            assert_close(actual, oracle(q, k, v), dtype=dtype, tol=tol, help=help)


@check("contract", points=2, depends_on=BASIC)
def test_dtypes(submission, rng):
    """float32 without a dtype, float64, bfloat16 and float16 with one; results have it as well."""
    sizes = (2, 2, 7, 4)
    for given in (None, "float64", "float32", "bfloat16", "float16"):
        dtype = given or "float32"
        steps = [("append", *draw_kv(rng, sizes, 6)), ("attend", draw_q(rng, sizes, 2, 2))]
        steps = [(step, *(torch.tanh(x).to(getattr(torch, dtype)) for x in args)) for step, *args in steps]
        (_, k, v), (_, q) = steps
        _, actual = unpack(submission.probe.play(sizes, steps, given), 2)
        assert_close(actual, oracle(q, k, v), dtype=dtype, help="The result has q's dtype.")
        assert_true(isinstance(actual, TensorValue), "a torch tensor was wanted", returned=actual)


@check("stability", points=2, depends_on="test_dtypes")
def test_half_precision(submission, rng):
    """bfloat16 and float16 caches are computed in float32."""
    help = "Convert queries, keys and values to float32 first: bfloat16 knows a score of 60 to 0.25 only."
    sizes = (1, 2, 300, 64)
    k, v = (x.bfloat16() for x in draw_kv(rng, sizes, 300))
    q = (8 * draw_q(rng, sizes, 20, 2)).bfloat16()
    assert_close(submission.probe.attend(sizes, k, v, q, "bfloat16"), oracle(q, k, v), dtype="bfloat16", help=help)
    q = 34 * torch.sign(draw_q(rng, sizes, 20))
    k, v = draw_kv(rng, sizes, 300)
    k = q[:, :, :1] + 0.1 * k  # 64 * 34**2 is beyond float16, and an eighth of it below 10,000
    k, v, q = k.half(), v.half(), q.half()
    assert_close(submission.probe.attend(sizes, k, v, q, "float16"), oracle(q, k, v), dtype="float16", help=help)


@check("contract", points=1, depends_on=BASIC)
def test_memory_layout(submission, rng):
    """k, v and q that are not contiguous give the same result."""
    sizes = (2, 3, 8, 4)
    (k, v), q = draw_kv(rng, sizes, 6), draw_q(rng, sizes, 2, 2)
    for actual in unpack(submission.probe.other_layouts(sizes, k, v, q, "float64"), 2):
        assert_close(actual, oracle(q, k, v), dtype="float64", help="view() needs contiguous memory; reshape does not.")


@check("contract", points=1, depends_on=BASIC, testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    sizes = (2, 2, 6, 4)
    (k, v), q = draw_kv(rng, sizes, 5), draw_q(rng, sizes, 2, 2)
    help = "k, v and q belong to the caller, and so do torch's settings."
    assert_unchanged(submission.probe.attend, sizes, k, v, q, "float64", help=help)


@check("errors", points=1, depends_on="test_one_query")
def test_wrong_sizes(submission, rng):
    """A batch, heads, capacity or head_dim below 1 raises ValueError."""
    for place in range(4):
        for size in (0, -1):
            sizes = [2, 2, 4, 3]
            sizes[place] = size
            assert_raises(
                ValueError, submission.KVCache.keep, *sizes, help="torch makes empty tensors without complaint."
            )


def assert_refused(submission, sizes, start, wrong, end, help):
    """The last of the calls raises; and in a second play, goes by without a trace."""
    assert_raises(ValueError, submission.probe.play, sizes, [*start, wrong], "float64", help=help)
    assert_played(submission, sizes, [*start, ("refused", *wrong), *end], help)


@check("errors", points=2, depends_on="test_decoding")
def test_wrong_append(submission, rng):
    """k or v of another shape or dtype, or T = 0, raises ValueError, and nothing is appended."""
    sizes = (2, 2, 8, 3)
    k, v = draw_kv(rng, sizes, 2)
    five = k.expand(2, 2, 2, 2, 3)
    wrong = [
        *((k[0], v[0]), (five, five), (k[:1], v[:1]), (k[:, :1], v[:, :1]), (k[..., :1], v[..., :1])),
        *((k[:1], v), (k[:, :1], v), (k[..., :1], v), (k[:, :, :1], v), (k[0], v)),
        *((k, v[:1]), (k, v[:, :1]), (k, v[..., :1]), (k, v[:, :, :1]), (k, v[0])),
        *((torch.cat([k, k], axis), torch.cat([v, v], axis)) for axis in (0, 1, 3)),
        *((torch.cat([k, k], axis), v) for axis in range(4)),
        *((k[:, :, :0], v[:, :, :0]), (k.float(), v.float()), (k.float(), v), (k, v.float()), (k, v.long())),
    ]
    start = [("append", *draw_kv(rng, sizes, 3))]
    end = [("attend", draw_q(rng, sizes, 2)), ("append", k, v), ("attend", draw_q(rng, sizes, 4))]
    for tensors in wrong:
        help = "Check both before you write either: assignment broadcasts sizes of 1 and converts dtypes."
        assert_refused(submission, sizes, start, ("append", *tensors), end, help)


@check("errors", points=1, depends_on="test_decoding")
def test_capacity(submission, rng):
    """More than the capacity raises ValueError, and nothing is appended."""
    sizes = (2, 2, 6, 3)
    for count, more in ((4, 3), (6, 1), (1, 9)):
        start = [("append", *draw_kv(rng, sizes, count))]
        end = [("attend", draw_q(rng, sizes))]
        if count < 6:
            end += [("append", *draw_kv(rng, sizes, 6 - count)), ("attend", draw_q(rng, sizes, 5))]
        help = "Compare length + T with the capacity before anything is written."
        assert_refused(submission, sizes, start, ("append", *draw_kv(rng, sizes, more)), end, help)


@check("errors", points=1, depends_on=BASIC)
def test_wrong_query(submission, rng):
    """q of another shape, T beyond the length or T = 0 raises ValueError."""
    sizes, q = (2, 2, 8, 3), draw(rng, 2, 4, 2, 3)
    wrong = [q[0], q.expand(2, 2, 4, 2, 3), q[:1], q[:, :3], q[:, :1], q[:, :0], q[..., :1], q[:, :, :0]]
    wrong += [draw(rng, 2, 2, 4, 3), draw(rng, 4, 2, 2, 3), draw(rng, 2, 2, 8, 3)]
    start, end = [("append", *draw_kv(rng, sizes, 3))], [("attend", q)]
    for other in wrong:
        help = "batch and head_dim are the cache's, q's heads a multiple of its heads, and T is 1 to `length`."
        assert_refused(submission, sizes, start, ("attend", other), end, help)
    assert_raises(ValueError, submission.probe.play, sizes, [("attend", q[:, :, :1])], "float64", help=help)


@check("errors", points=1, depends_on="test_truncate")
def test_wrong_truncate(submission, rng):
    """`truncate` to less than 0, or to more than the length, raises ValueError."""
    sizes = (2, 2, 8, 3)
    start, end = [("append", *draw_kv(rng, sizes, 6)), ("truncate", 4)], [("attend", draw_q(rng, sizes, 2))]
    for length in (-1, -4, 5, 6, 9):
        help = "What was forgotten does not come back, even where the memory still holds it."
        assert_refused(submission, sizes, start, ("truncate", length), end, help)


@check("rules", points=1, depends_on="test_one_query")
def test_rules(submission, rng):
    """The attention is written out."""
    sizes = (2, 2, 6, 4)
    (k, v), q = draw_kv(rng, sizes, 5), draw_q(rng, sizes, 2, 2)

    def run(watched):
        watched.probe.attend(sizes, k, v, q, "float64")
        watched.probe.attend(sizes, k, v, q[:, :2, :1], "float64")

    assert_rules(submission, run, help="Two products and a softmax are all there is to it.")


def draw_float32(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape, np.float32))


def attended(k, v, q):
    """Torch's own attention of the last positions."""
    ahead, groups = k.shape[2] - q.shape[2], q.shape[1] // k.shape[1]
    seen = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(ahead)
    k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)


@check("speed", points=2, depends_on="test_decoding")
def test_speed(submission, rng, clock):
    """Decodes 64 positions after 1,024, float32, batch 4, in at most 1.5 times the reference's time."""
    clock.assert_ratio(
        "probe.decode",
        lambda: (
            draw_float32(rng, 4, 8, 1088, 64),
            draw_float32(rng, 4, 8, 1088, 64),
            draw_float32(rng, 4, 16, 64, 64),
        ),
        verify=lambda actual, k, v, q: assert_close(actual, attended(k, v, q), tol=1e-5),
        help="Set the memory aside once; read the keys as they lie, once for all the query heads that share them.",
    )


@check("correctness", points=1, device="cuda", depends_on=("test_decoding", "test_dtypes"))
def test_cuda(submission, rng):
    """On the GPU: float32 and bfloat16 caches; the result is there as well."""
    sizes = (2, 4, 200, 64)
    for dtype in ("float32", "bfloat16"):
        for rows, groups in ((1, 4), (30, 2)):
            k, v, q = (
                x.to(getattr(torch, dtype)) for x in (*draw_kv(rng, sizes, 180), draw_q(rng, sizes, rows, groups))
            )
            _, actual = unpack(submission.probe.play(sizes, [("append", k, v), ("attend", q)], dtype), 2)
            help = "Make the memory and the mask on the device; products of float32 in float32, not TF32."
            assert_close(actual, oracle(q, k, v), dtype=dtype, help=help)
            where = str(getattr(actual, "device", "cpu"))
            assert_true(where.startswith("cuda"), "the result is not on the GPU", returned=where, wanted="cuda")


@check("speed", points=2, device="cuda", depends_on="test_cuda")
def test_cuda_speed(submission, rng, clock):
    """On the GPU: 128 positions after 4,096, bfloat16, batch 16, in at most 1.5 times the reference's time."""
    row = int(rng.integers(16))

    def make_inputs():
        k, v = (draw_float32(rng, 1, 8, 4224, 128).to(torch.bfloat16) for _ in range(2))
        signs = torch.from_numpy(rng.choice(np.array([-1, 1], np.float32), (16, 8, 1, 128))).to(torch.bfloat16)
        return k, v, draw_float32(rng, 16, 32, 128, 128).to(torch.bfloat16), signs

    def verify(actual, k, v, q, signs):
        assert_shape(actual, tuple(q.shape))
        found = actual.array if isinstance(actual, TensorValue) else actual
        k, v, q = (k * signs[row]).float(), (v * signs[row]).float(), q[row : row + 1].float()
        assert_close(found[row : row + 1], attended(k, v, q), tol=1e-2)  # all of it would take a CPU seconds

    clock.assert_ratio(
        "probe.decode",
        make_inputs,
        verify=verify,
        help="Decoding is bound by reading the cache: read it once for all query heads of a group, in few operations.",
    )
