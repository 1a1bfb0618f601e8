"""Hidden grader of `attention`. The oracle writes the weights out in float64, over the keys that may be seen alone."""

import math

import numpy as np
import torch
from torch.nn import functional

from etude.grading import as_array, assert_close, assert_rules, assert_shape, assert_unchanged, check, unpack

PLAIN = ("test_scaled_dot_product", "test_gradients")
MASKED = ("test_causal", "test_padding")


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_qkv(rng, n=2, heads=3, queries=5, keys=7, size=4, values=6):
    return draw(rng, n, heads, queries, size), draw(rng, n, heads, keys, size), draw(rng, n, heads, keys, values)


def draw_padding(rng, n, keys, first=False):
    """In each row one key at least is padding, and one (the first, where `first`) is none."""
    padding = rng.random((n, keys)) < 0.4
    kept = np.zeros(n, int) if first else rng.integers(keys, size=n)
    padding[np.arange(n), kept] = False
    padding[np.arange(n), (kept + rng.integers(1, keys, size=n)) % keys] = True
    return torch.from_numpy(padding)


def oracle(q, k, v, causal=False, padding=None):
    q, k, v = q.double(), k.double(), v.double()
    queries, keys = q.shape[2], k.shape[2]
    seen = torch.ones(len(q), 1, queries, keys, dtype=torch.bool)
    if causal:
        seen = seen & (torch.arange(keys)[None, :] <= torch.arange(queries)[:, None])
    if padding is not None:
        seen = seen & ~padding[:, None, None, :]
    scores = torch.einsum("nhle,nhse->nhls", q, k) / math.sqrt(q.shape[3])
    highest = torch.where(seen, scores, -1e300).amax(-1, keepdim=True).detach()
    powers = torch.where(seen, (torch.where(seen, scores, highest) - highest).exp(), 0.0)
    total = powers.sum(-1, keepdim=True)
    return torch.einsum("nhls,nhsv->nhlv", powers / torch.where(total > 0, total, 1.0), v)


def assert_gradients(submission, tensors, causal, padding, cotangent, help):
    """The result, and the gradients at q, k and v."""
    leaves = [tensor.clone().requires_grad_() for tensor in tensors]
    wanted = oracle(*leaves, causal, padding)
    expected = [wanted.detach(), *torch.autograd.grad((wanted * cotangent).sum(), leaves)]
    actual = submission.probe.gradients(*tensors, cotangent, causal, padding)
    for found, value in zip(unpack(actual, 4, "the result and three gradients"), expected, strict=True):
        assert_close(found, value, dtype="float64", help=help)


@check("correctness", points=2)
def test_scaled_dot_product(submission, rng):
    """Without masks: the softmax over the keys of the scores by sqrt(E), times the values."""
    help = "softmax(q @ k.mT / sqrt(E), over the keys) @ v: E is the size of a query, not of a value."
    for sizes in ({}, {"queries": 6, "keys": 6, "values": 4}, {"n": 3, "heads": 2, "queries": 8, "keys": 3, "size": 9}):
        q, k, v = draw_qkv(rng, **sizes)
        assert_close(submission.attention(q, k, v), oracle(q, k, v), dtype="float64", help=help)


@check("correctness", points=2)
def test_causal(submission, rng):
    """`causal=True`: query i sees keys 0 to i."""
    help = "Mask the keys behind the query before the softmax: key j where j > i. A query sees its own position."
    q, k, v = draw_qkv(rng, queries=6, keys=6)
    assert_close(submission.attention(q, k, v, causal=True), oracle(q, k, v, True), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_causal")
def test_causal_lengths(submission, rng):
    """With fewer or more queries than keys, both are counted from the start."""
    help = "Query 0 sees key 0, whatever L and S are: torch.ones(L, S).tril()."
    for queries, keys in [(3, 7), (7, 3), (1, 4), (5, 1)]:
        q, k, v = draw_qkv(rng, queries=queries, keys=keys)
        assert_close(submission.attention(q, k, v, True), oracle(q, k, v, True), dtype="float64", help=help)


@check("correctness", points=2)
def test_padding(submission, rng):
    """Padded keys have no influence, for all heads and queries of their row."""
    help = "key_padding_mask[:, None, None, :] broadcasts against (N, Hh, L, S). True means: leave this key out."
    for n, heads, queries, keys in [(3, 3, 3, 3), (4, 2, 5, 6), (3, 2, 3, 7)]:
        q, k, v = draw_qkv(rng, n, heads, queries, keys)
        padding = draw_padding(rng, n, keys)
        v = torch.where(padding[:, None, :, None], 1e3 * v, v)
        actual = submission.attention(q, k, v, key_padding_mask=padding)
        assert_close(actual, oracle(q, k, v, padding=padding), dtype="float64", help=help)


@check("correctness", points=1, depends_on=MASKED)
def test_both_masks(submission, rng):
    """Where both masks are given, a key counts only if neither masks it."""
    q, k, v = draw_qkv(rng, 3, 2, 6, 6)
    padding = draw_padding(rng, 3, 6, first=True)
    actual = submission.attention(q, k, v, True, padding)
    assert_close(actual, oracle(q, k, v, True, padding), dtype="float64", help="Join the masks with `|`.")


@check("gradient", points=2)
def test_gradients(submission, rng):
    """The gradients at q, k and v, without masks."""
    help = "Stay with tensors all the way: .detach(), .data and no_grad() cut the graph."
    assert_gradients(submission, draw_qkv(rng), False, None, draw(rng, 2, 3, 5, 6), help)


@check("gradient", points=1, depends_on=("test_gradients", "test_both_masks"))
def test_masked_gradients(submission, rng):
    """The gradients at q, k and v where some keys are masked."""
    help = "Masked keys and values have the gradient 0."
    for causal, padding in [(True, None), (False, draw_padding(rng, 2, 7)), (True, draw_padding(rng, 2, 7, True))]:
        assert_gradients(submission, draw_qkv(rng), causal, padding, draw(rng, 2, 3, 5, 6), help)


def without_keys(rng):
    """The ways of having no key left: one row that is all padding, or all; and padding where a causal row starts."""
    for causal in (False, True):
        padding, start = draw_padding(rng, 3, 7, first=True), int(rng.integers(1, 4))
        if causal:
            padding[:, :start] = True
            padding[:, start] = False  # later queries have a key
        padding[int(rng.integers(3))] = True
        yield draw_qkv(rng, n=3), causal, padding
    yield draw_qkv(rng, n=3), False, torch.ones(3, 7, dtype=torch.bool)


@check("stability", points=2, depends_on=MASKED)
def test_no_key_left(submission, rng):
    """A query all of whose keys are masked gets zeros; the others are as always."""
    help = "softmax over nothing but -inf is NaN, over equal large negative scores an average: zeros were asked for."
    for (q, k, v), causal, padding in without_keys(rng):
        actual = submission.attention(q, k, v, causal, padding)
        assert_close(actual, oracle(q, k, v, causal, padding), dtype="float64", help=help)


@check("gradient", points=2, depends_on=("test_no_key_left", "test_gradients"))
def test_no_key_left_gradients(submission, rng):
    """Where queries have no key left, all gradients are finite and right."""
    help = "0 times NaN is NaN: no NaN may arise on the way, not even one that is replaced at the end."
    for tensors, causal, padding in without_keys(rng):
        assert_gradients(submission, tensors, causal, padding, draw(rng, 3, 3, 5, 6), help)


@check("stability", points=2, depends_on="test_scaled_dot_product")
def test_large_scores(submission, rng):
    """Scores of ±10,000 give finite, correct results."""
    help = (
        "Subtract each query's largest score, exponentiate, divide by the sum, as torch.softmax does. "
        "logsumexp of the scores is as large as they are, and rounded: exp(s - logsumexp(s)) loses digits."
    )
    for dtype, tol in ((torch.float64, 1e-10), (torch.float32, 1e-5)):
        (q, k, v), _ = extreme(rng, 1e4)
        q, k, v = q.to(dtype), k.to(dtype), v.to(dtype)
        assert_close(submission.attention(q, k, v), oracle(q, k, v), tol=tol, help=help)


@check("stability", points=1, depends_on="test_padding")
def test_large_masked_scores(submission, rng):
    """Masked keys with scores of 10,000 have no influence on others with scores of -10,000."""
    help = (
        "Mask before the softmax, and below any score: -inf, or torch.finfo(dtype).min; not -1e4. "
        "Then subtract the largest score before any exp or log: large numbers are rounded coarsely."
    )
    for dtype, tol in ((torch.float64, 1e-10), (torch.float32, 1e-5)):
        (q, k, v), padding = extreme(rng, -1e4)
        q, k, v = q.to(dtype), k.to(dtype), v.to(dtype)
        actual = submission.attention(q, k, v, key_padding_mask=padding)
        assert_close(actual, oracle(q, k, v, padding=padding), tol=tol, help=help)


def extreme(rng, level):
    """16 keys that make a query's entries its scores: six near `level`, and at the other keys anything. For a low
    level those others are masked, and the mask is given as well."""
    near = torch.from_numpy(rng.permuted(np.arange(16)) < 6)
    scores = rng.uniform(-1e4, 1e4, (2, 2, 5, 16))
    scores[..., near] = level - math.copysign(1, level) * rng.uniform(0, 3, (2, 2, 5, 6))
    keys = 4 * torch.eye(16, dtype=torch.float64).expand(2, 2, 16, 16).contiguous()
    return (torch.from_numpy(scores), keys, draw(rng, 2, 2, 16, 3)), (~near).expand(2, 16).contiguous()


@check("contract", points=1, depends_on="test_scaled_dot_product")
def test_dtypes(submission, rng):
    """float32, bfloat16 and float16 come back as what they were."""
    for dtype in ("float32", "bfloat16", "float16"):
        q, k, v = (torch.tanh(tensor).to(getattr(torch, dtype)) for tensor in draw_qkv(rng))
        assert_close(submission.attention(q, k, v), oracle(q, k, v), dtype=dtype, help="Compute in q's dtype.")


@check("contract", points=1, depends_on=("test_dtypes", "test_both_masks"))
def test_masked_dtypes(submission, rng):
    """With masks, too, float16 included."""
    for dtype in ("float32", "bfloat16", "float16"):
        q, k, v = (torch.tanh(tensor).to(getattr(torch, dtype)) for tensor in draw_qkv(rng))
        padding = draw_padding(rng, 2, 7, first=True)
        help = "-1e9 does not exist in float16: fill with -inf or torch.finfo(dtype).min, and make no float32 masks."
        assert_close(
            submission.attention(q, k, v, True, padding), oracle(q, k, v, True, padding), dtype=dtype, help=help
        )


@check("contract", points=1, depends_on="test_scaled_dot_product")
def test_sizes_of_one(submission, rng):
    """Sizes of one stay."""
    help = "Neither squeeze nor rely on sizes: (N, Hh, L, V) comes back."
    for sizes in [(1, 1, 1, 1, 1, 1), (1, 2, 1, 4, 3, 1), (2, 1, 3, 1, 1, 2)]:
        q, k, v = draw_qkv(rng, *sizes)
        assert_close(submission.attention(q, k, v), oracle(q, k, v), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_both_masks")
def test_memory_layout(submission, rng):
    """Heads that were split off a projection are not contiguous, and give the same result."""
    q, k, v = draw_qkv(rng)
    padding = draw_padding(rng, 2, 7, first=True)
    for actual in unpack(submission.probe.split_heads(q, k, v, padding), 2):
        assert_close(actual, oracle(q, k, v, True, padding), help="view() needs contiguous memory; reshape does not.")


@check("contract", points=1, depends_on="test_both_masks")
def test_second_call(submission, rng):
    """A second call on the same tensors gives the same result."""
    q, k, v = draw_qkv(rng)
    padding = draw_padding(rng, 2, 7, first=True)
    for actual in unpack(submission.probe.twice(q, k, v, padding), 2):
        assert_close(actual, oracle(q, k, v, True, padding), help="`q *= …` and `mask |= …` write into the arguments.")


@check("contract", points=1, depends_on=PLAIN, testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    q, k, v = draw_qkv(rng)
    help = "q, k, v and the mask belong to the caller, and so do torch's settings."
    for causal, padding in [(False, None), (True, draw_padding(rng, 2, 7, first=True))]:
        assert_unchanged(submission.attention, q, k, v, causal, padding, help=help)


@check("rules", points=1, depends_on="test_scaled_dot_product")
def test_rules(submission, rng):
    """The scores, the softmax and the sum are written out."""
    q, k, v = draw_qkv(rng)
    padding = draw_padding(rng, 2, 7, first=True)

    def run(watched):
        watched.attention(q, k, v)
        watched.attention(q, k, v, True, padding)

    assert_rules(submission, run, help="Two matrix products and a softmax are all there is to it.")


@check("speed", points=2, depends_on="test_scaled_dot_product")
def test_speed(submission, rng, clock):
    """Handles float32 tensors of shape (4, 8, 256, 64) in at most 1.5 times the reference's time."""
    clock.assert_ratio(
        "attention",
        lambda scale=1: tuple(
            torch.from_numpy(rng.standard_normal((4, 8, int(256 * scale), 64), np.float32)) for _ in range(3)
        ),
        verify=lambda actual, *qkv: assert_close(actual, functional.scaled_dot_product_attention(*qkv), tol=1e-5),
        help="Work on all rows, heads and queries at once, and go over the L x S scores as few times as you can.",
        work=lambda q, k, v: 4 * q.numel() * k.shape[2],
    )


@check("speed", points=1, depends_on=("test_scaled_dot_product", "test_dtypes"), device="cuda")
def test_cuda_speed(submission, rng, clock):
    """On a GPU, handles bfloat16 tensors of shape (8, 16, 1024, 64) in at most 1.5 times the reference's time."""
    shape = (8, 16, 1024, 64)

    def inputs():
        return tuple(torch.from_numpy(rng.standard_normal(shape, np.float32)).to(torch.bfloat16) for _ in range(3))

    def verify(actual, *qkv):
        """One batch row, drawn once the output is here."""
        assert_shape(actual, shape)
        row = int(rng.integers(len(qkv[0])))
        wanted = functional.scaled_dot_product_attention(*(tensor[row].float() for tensor in qkv))
        assert_close(as_array(actual)[row], wanted, tol=2e-2)

    clock.assert_ratio(
        "attention",
        inputs,
        verify=verify,
        help="Stay in bfloat16, and go over the L x S scores as few times as you can: each pass is memory traffic.",
    )
