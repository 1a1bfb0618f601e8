"""Hidden grader of `fused_softmax`. The oracle is torch's own softmax in float64, of the allowed entries alone."""

import numpy as np
import torch

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_raises,
    assert_rules,
    assert_true,
    assert_unchanged,
    check,
    unpack,
)

VALUES = ("test_softmax", "test_mask")
LEVELS = (-9984.0, -4992.0, 0.0, 4992.0, 9984.0)


def draw(rng, *shape):
    return torch.from_numpy(2 * rng.standard_normal(shape))


def draw_mask(rng, *shape):
    """Along the last axis one entry at least is allowed, and one is not."""
    mask, size = rng.random(shape) < 0.5, shape[-1]
    allowed = rng.integers(size, size=(*shape[:-1], 1))
    np.put_along_axis(mask, allowed, True, -1)
    np.put_along_axis(mask, (allowed + rng.integers(1, size, size=allowed.shape)) % size, False, -1)
    return torch.from_numpy(mask)


def oracle(x, mask=None, scale=1.0):
    """Rows by themselves: torch's softmax of what is allowed, zeros elsewhere."""
    scores = x.double().reshape(-1, x.shape[-1])
    allowed = torch.ones(x.shape, dtype=torch.bool) if mask is None else mask.expand(x.shape)
    result = torch.zeros_like(scores)
    for row, own, seen in zip(scores, result, allowed.reshape(scores.shape), strict=True):
        own[seen] = (scale * row[seen]).softmax(0)
    return result.reshape(x.shape)


def assert_zeros(actual, mask, help):
    """Where the mask is False nothing but 0 stands."""
    hidden = as_array(actual)[~mask.expand(as_array(actual).shape).numpy()]
    assert_true(bool((hidden == 0).all()), "a masked entry is small, but not 0", help=help)


@check("correctness", points=2)
def test_softmax(submission, rng):
    """Without mask and scale: the softmax over the last axis."""
    help = "Exponentials over their sum along the last axis, with that axis kept; add nothing to the sum."
    for shape in [(6,), (4, 7), (5, 5), (2, 3, 4, 6)]:
        x = draw(rng, *shape)
        assert_close(submission.fused_softmax(x), oracle(x), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_softmax")
def test_scale(submission, rng):
    """`scale` multiplies the scores, negative and 0 too."""
    help = "softmax(scale * x). A scale of 0 is a number like any other, and makes the allowed entries equal."
    for scale in (0.125, -1.7, 3, 0, 0.0, -2, float(rng.uniform(0.5, 0.9))):
        x = draw(rng, 4, 6)
        assert_close(submission.fused_softmax(x, None, scale), oracle(x, None, scale), dtype="float64", help=help)
    x = draw(rng, 3, 5)
    assert_close(submission.fused_softmax(x, scale=-0.3), oracle(x, None, -0.3), help=help)


@check("correctness", points=2, depends_on="test_softmax")
def test_mask(submission, rng):
    """The entries that the mask allows share 1; the others are exactly 0."""
    help = (
        "True means that the entry counts. Masked scores are -inf before the sum is taken, not weights put to 0 after."
    )
    for shape, size in [((4, 7), (7,)), ((5, 5), (5, 5)), ((2, 3, 6), (3, 6)), ((2, 3, 6), (2, 1, 6)), ((7,), (7,))]:
        x, mask = draw(rng, *shape), draw_mask(rng, *size)
        actual = submission.fused_softmax(x, mask)
        assert_close(actual, oracle(x, mask), dtype="float64", help=help)
        assert_zeros(actual, mask, help)
    x = draw(rng, 3, 4)
    assert_close(submission.fused_softmax(x, torch.tensor(True)), oracle(x), help="A 0-d mask broadcasts, too.")


@check("correctness", points=1, depends_on=("test_mask", "test_scale"))
def test_mask_and_scale(submission, rng):
    """Mask and scale together, the scale negative or 0."""
    help = "Scale first, then mask: -inf times a negative scale is +inf, and times 0 it is NaN."
    for scale in (0.5, -1.3, 0.0):
        x, mask = draw(rng, 3, 4, 6), draw_mask(rng, 4, 6)
        actual = submission.fused_softmax(x, mask, scale)
        assert_close(actual, oracle(x, mask, scale), dtype="float64", help=help)
        assert_zeros(actual, mask, help)


@check("stability", points=2, depends_on="test_mask")
def test_empty_rows(submission, rng):
    """A row that the mask leaves empty gives zeros, and the other rows are as always."""
    help = "Nothing but -inf: its maximum is -inf, its sum 0. Bound both from below, where no other row is touched."
    for scale in (1.0, -0.75):  # exact in float32: precision is another check's matter
        x, mask = draw(rng, 6, 7), draw_mask(rng, 6, 7)
        mask[torch.from_numpy(rng.permutation(6)[:2])] = False
        rows = torch.from_numpy(rng.permutation(6) < 3)[:, None]
        for own in (mask, rows, torch.zeros(7, dtype=torch.bool), torch.tensor(False)):
            actual = submission.fused_softmax(x, own, scale)
            assert_close(actual, oracle(x, own, scale), dtype="float64", help=help)
            assert_zeros(actual, own, help)


@check("stability", points=2, depends_on="test_mask")
def test_behind_the_mask(submission, rng):
    """NaN and infinities behind the mask have no influence, in empty rows either."""
    help = "Choose, with masked_fill or where: NaN times 0 is NaN, and so is inf minus inf."
    for scale in (1.0, -0.75, 0.0):
        x, mask = draw(rng, 6, 8), draw_mask(rng, 6, 8)
        mask[int(rng.integers(6))] = False
        dirt = torch.from_numpy(rng.choice([np.nan, np.inf, -np.inf, 1e300], size=(6, 8)))
        dirt[rng.permutation(6)[:3]] = torch.nan
        dirt = torch.where(mask, x, dirt)
        for dtype in (torch.float64, torch.float32):
            actual = submission.fused_softmax(dirt.to(dtype), mask, scale)
            tol = 1e-10 if dtype is torch.float64 else 1e-5
            assert_close(actual, oracle(x.to(dtype), mask, scale), tol=tol, help=help)
            assert_zeros(actual, mask, help)


@check("stability", points=2, depends_on="test_scale")
def test_large_scores(submission, rng):
    """Scores of ±10,000 give finite, correct results, each row at a level of its own."""
    help = "Subtract each row's own maximum, taken after the scale: a negative scale turns maximum into minimum."
    for dtype, tol in ((torch.float64, 1e-10), (torch.float32, 1e-5)):
        for scale in (1.0, -1.0, 0.5, -2.0):
            x = torch.from_numpy(rng.integers(-48, 49, (5, 9)) / 16 + rng.permutation(LEVELS)[:, None])
            x[:, rng.permutation(9)[:2]] = torch.from_numpy(rng.choice([-1e4, 1e4], size=(5, 2)))
            x = (x / scale).to(dtype)  # powers of two: exact in float32
            assert_close(submission.fused_softmax(x, scale=scale), oracle(x, None, scale), tol=tol, help=help)


@check("stability", points=1, depends_on=("test_large_scores", "test_mask"))
def test_large_masked_scores(submission, rng):
    """Masked scores of 10,000 have no influence on others near -10,000, and the other way round."""
    help = "Mask before the maximum is taken, and with -inf: -1e4 and -1e9 are scores like others."
    for dtype, tol in ((torch.float64, 1e-10), (torch.float32, 1e-5)):
        for level, scale in ((-9984.0, 1.0), (9984.0, 1.0), (9984.0, -1.0), (-1e10, 1.0)):
            mask = draw_mask(rng, 5, 8)
            x = torch.where(mask, level + 4096 * (level < -1e9) * torch.from_numpy(rng.integers(-2, 3, (5, 8))), -level)
            if level > -1e9:
                x = torch.where(mask, x + torch.from_numpy(rng.integers(-48, 49, (5, 8)) / 16), x)
            x = x.to(dtype)
            assert_close(submission.fused_softmax(x, mask, scale), oracle(x, mask, scale), tol=tol, help=help)


@check("stability", points=1, depends_on="test_scale")
def test_minus_infinity(submission, rng):
    """Entries of -inf get exactly 0 beside finite ones, with a mask and without."""
    help = "exp(-inf) is 0 by itself: replace nothing, and take no minimum."
    for scale in (1.0, 0.6):
        x, kept = draw(rng, 5, 7), draw_mask(rng, 5, 7)
        x = torch.where(kept, x - 5000 * torch.from_numpy(rng.integers(2, size=(5, 1))), -torch.inf)
        actual = submission.fused_softmax(x, None, scale)
        assert_close(actual, oracle(x, None, scale), dtype="float64", help=help)
        assert_zeros(actual, kept, help)
        mask = draw_mask(rng, 5, 7)
        mask |= kept & (mask & kept).sum(-1, keepdim=True).eq(0)
        actual = submission.fused_softmax(x, mask, scale)
        assert_close(actual, oracle(x, mask, scale), dtype="float64", help=help)


@check("contract", points=1, depends_on=VALUES)
def test_dtypes(submission, rng):
    """A tensor of x's dtype comes back, of float32, bfloat16 and float16 too."""
    for dtype in ("float32", "bfloat16", "float16"):
        x, mask = draw(rng, 4, 6).to(getattr(torch, dtype)), draw_mask(rng, 6)
        for own in (None, mask):
            actual = submission.fused_softmax(x, own, 0.5)
            assert_close(actual, oracle(x, own, 0.5), dtype=dtype, help="Go back to x's dtype at the end.")
            assert_true(isinstance(actual, TensorValue), "something else than a torch tensor came back")


@check("stability", points=2, depends_on="test_dtypes")
def test_half_precision(submission, rng):
    """bfloat16 and float16 are computed in float32, the multiplication by the scale included."""
    help = "Go to float32 first: a product of 300 in bfloat16 is known to 1 only, and 70,000 is infinite in float16."
    for dtype, step in (("bfloat16", 2**-6), ("float16", 2**-8)):
        for scale in (101.3, -98.6):
            x = (3 + step * torch.from_numpy(rng.integers(0, 6, (6, 16)))).to(getattr(torch, dtype))
            mask = draw_mask(rng, 6, 16)
            actual = submission.fused_softmax(x, mask, scale)
            assert_close(actual, oracle(x, mask, scale), dtype=dtype, help=help)
    x = (torch.from_numpy(rng.integers(-500, 500, (4, 6))) * 32.0).to(torch.float16)
    assert_close(submission.fused_softmax(x, None, 6.0), oracle(x, None, 6.0), dtype="float16", help=help)


@check("contract", points=1, depends_on=VALUES)
def test_sizes(submission, rng):
    """Sizes of one stay; a size of 0 in front of the last axis gives an empty result."""
    for shape in [(1,), (1, 1), (3, 1), (1, 4), (1, 3, 1, 2), (0, 5), (3, 0, 4)]:
        x, mask = draw(rng, *shape), torch.ones(shape[-1], dtype=torch.bool)
        for own in (None, mask):
            help = "Reduce over axis -1 with keepdim=True, and neither squeeze nor flatten to a fixed number of axes."
            assert_close(submission.fused_softmax(x, own), oracle(x, own), dtype="float64", help=help)


@check("contract", points=1, depends_on=("test_mask_and_scale", "test_scale"))
def test_memory_layout(submission, rng):
    """Transposed, strided and expanded tensors give what their values say."""
    x, mask = draw(rng, 5, 7), draw_mask(rng, 7)
    found = unpack(submission.probe.layouts(x, mask), 4)
    given = [(x, mask), (x, mask), (x[:1].expand(5, 7), mask), (x.T, None)]
    for actual, (each, own) in zip(found, given, strict=True):
        assert_close(actual, oracle(each, own, -0.5), help="view() needs contiguous memory; reshape does not.")


@check("contract", points=1, depends_on="test_mask_and_scale")
def test_second_call(submission, rng):
    """A second call on the same tensors gives the same result."""
    help = "`x *= …` and `x.sub_(…)` write into the caller's tensor, and x.float() is x itself where x is float32."
    for dtype in (torch.float64, torch.float32):
        x, mask = draw(rng, 4, 6).to(dtype), draw_mask(rng, 4, 6)
        for actual in unpack(submission.probe.twice(x, mask, 0.5), 2):
            assert_close(actual, oracle(x, mask, 0.5), dtype=str(dtype).removeprefix("torch."), help=help)
        for actual in unpack(submission.probe.twice(x, None, 1.0), 2):
            assert_close(actual, oracle(x), dtype=str(dtype).removeprefix("torch."), help=help)


@check("contract", points=1, depends_on=VALUES, testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    x, mask = draw(rng, 4, 6), draw_mask(rng, 4, 6)
    for each in (x, x.float()):
        assert_unchanged(submission.fused_softmax, each, help="x and the mask belong to the caller.")
        assert_unchanged(submission.fused_softmax, each, mask, 0.5, help="x and the mask belong to the caller.")


@check("errors", points=1, depends_on=VALUES)
def test_bad_scores(submission, rng):
    """ValueError where x is 0-d or not floating."""
    function = submission.fused_softmax
    whole = torch.from_numpy(rng.integers(-3, 4, (3, 5)))
    for x in (torch.tensor(float(rng.normal())), whole, whole > 0, whole.to(torch.uint8), whole.to(torch.complex64)):
        assert_raises(ValueError, function, x, help="Look at x.ndim and x.is_floating_point().")
        assert_raises(ValueError, function, x, torch.tensor(True), help="With a mask, too.")


@check("errors", points=2, depends_on=VALUES)
def test_bad_masks(submission, rng):
    """ValueError where the mask is not bool, or does not broadcast to x's shape."""
    x, mask = draw(rng, 3, 5), draw_mask(rng, 3, 5)
    for dtype in (torch.int64, torch.uint8, torch.float32, torch.float64):
        help = "mask.dtype has to be torch.bool."
        assert_raises(ValueError, submission.fused_softmax, x, mask.to(dtype), help=help)
    for shape, size in [
        ((3, 5), (4,)), ((3, 5), (2, 5)), ((3, 5), (3, 4)), ((3, 5), (2, 3, 5)), ((3, 5), (1, 3, 5)), ((3, 5), (3,)),
        ((3, 1), (3, 5)), ((1, 5), (3, 5)), ((1,), (5,)), ((5,), (3, 5)), ((3, 5), (0,)), ((3, 5), (0, 5)),
    ]:  # fmt: skip
        help = "From the right each size of the mask is x's or 1, and it has no more axes: mask.expand(x.shape) works."
        assert_raises(
            ValueError, submission.fused_softmax, draw(rng, *shape), torch.ones(size, dtype=torch.bool), help=help
        )


@check("rules", points=1, depends_on=VALUES)
def test_rules(submission, rng):
    """The softmax is written out."""
    x, mask = draw(rng, 4, 6), draw_mask(rng, 4, 6)

    def run(watched):
        watched.fused_softmax(x)
        watched.fused_softmax(x.float(), mask, 0.5)

    assert_rules(submission, run, help="A maximum, an exponential, a sum and a division are all there is to it.")


SLOW = (
    "Work on all rows at once, and in place on a tensor of your own: every pass over memory costs as much as the next."
)


@check("speed", points=2, depends_on="test_mask")
def test_speed(submission, rng, clock):
    """float32 scores of shape (4096, 1024) with a mask take at most 1.5 times the reference's time (3 for half)."""
    clock.assert_ratio(
        "fused_softmax",
        lambda scale=1: (
            torch.from_numpy(rng.standard_normal((int(4096 * scale), 1024), np.float32)),
            draw_mask(rng, 1024),
        ),
        verify=lambda actual, x, mask: assert_close(actual, x.masked_fill(~mask, -torch.inf).softmax(-1), tol=1e-5),
        help=SLOW,
    )


@check("correctness", points=1, depends_on="test_mask_and_scale", device="cuda")
def test_cuda(submission, rng):
    """On the GPU, in float32 and bfloat16, with a mask and without, and there the result stays."""
    for dtype in ("float32", "bfloat16"):
        for shape in [(7, 33), (3, 1000), (2, 3, 4097)]:
            x, mask = draw(rng, *shape).to(getattr(torch, dtype)), draw_mask(rng, shape[-1])
            rows = torch.from_numpy(rng.permutation(shape[-2]) < 2)[:, None]
            for own in (None, mask, rows):
                actual = submission.fused_softmax(x, own, -0.7)
                assert_close(actual, oracle(x, own, -0.7), dtype=dtype, help="Make every tensor on x's device.")
                place = getattr(actual, "device", None)
                assert_true(str(place).startswith("cuda"), "the result is not on the GPU", returned=str(place))


@check("speed", points=2, depends_on="test_cuda", device="cuda")
def test_cuda_speed(submission, rng, clock):
    """On the GPU: bfloat16 scores of shape (4096, 4096) in at most 1.5 times the reference's time (3 for half)."""

    def make_inputs():  # bytes, by 16: quick to draw, and exact in bfloat16
        drawn = np.frombuffer(rng.bytes(4096 * 4096), np.int8).reshape(4096, 4096)
        return (torch.from_numpy(drawn.copy()).to(torch.bfloat16).div_(16),)

    clock.assert_ratio(
        "fused_softmax",
        make_inputs,
        verify=lambda actual, x: assert_close(actual, x.float().softmax(-1), tol=1e-2, dtype="bfloat16"),
        help="Each operation is a kernel that reads and writes all of memory. Fuse them, and go to float32 on the way.",
    )
