"""Hidden grader of `int8_matmul`. The oracle multiplies in int64 with NumPy, and scales in float64."""

import numpy as np
import torch

from etude.grading import assert_close, assert_dtype, assert_raises, assert_true, assert_unchanged, check, unpack

PRODUCT = ("test_product", "test_bias")
PAIR = "(q, scale)"
MIXED = "Quantising takes the largest absolute value of each row, divides it by 127, and divides the row by that."


def draw_int8(rng, *shape, low=-127):
    return torch.from_numpy(rng.integers(low, 128, shape, dtype=np.int8))


def draw_scale(rng, size):
    return torch.from_numpy(rng.uniform(0.01, 0.1, size).astype(np.float32))


def draw_product(rng, m, n, k):
    """a, a_scale, b, b_scale and a bias."""
    bias = torch.from_numpy(rng.standard_normal(n, np.float32))
    return draw_int8(rng, m, k), draw_scale(rng, m), draw_int8(rng, n, k), draw_scale(rng, n), bias


def oracle(a, a_scale, b, b_scale, bias=None):
    exact = np.einsum("mk,nk->mn", a.numpy(), b.numpy(), dtype=np.int64, casting="safe")
    result = exact * a_scale.double().numpy()[:, None] * b_scale.double().numpy()
    return result if bias is None else result + bias.double().numpy()


def assert_product(actual, args, help=None):
    assert_close(actual, oracle(*args), dtype="float32", help=help)


def draw_rows(rng, rows, columns, sizes, dtype=torch.float64):
    """x, and the whole numbers that its rows are to become: no entry lies near the middle between two."""
    q = rng.integers(-126, 127, (rows, columns))
    x = q + rng.uniform(-0.4, 0.4, q.shape)
    largest = rng.integers(columns, size=rows)
    q[np.arange(rows), largest] = x[np.arange(rows), largest] = 127 * rng.choice([-1, 1], rows)
    return torch.from_numpy(x * np.asarray(sizes)[:, None]).to(dtype), q


def assert_quantized(actual, q, scale, help):
    found, own = unpack(actual, 2, PAIR, help=help)
    assert_close(own, np.asarray(scale), dtype="float32", tol=1e-6, relative=True, help=help)
    assert_close(found, q, tol=0.4 / 127, help=help)
    assert_dtype(found, "int8", help="q is int8.")


@check("correctness", points=2)
def test_quantized(submission, rng):
    """q and scale: each row's largest absolute value becomes ±127."""
    for rows, columns in [(5, 7), (3, 40)]:
        sizes = rng.uniform(0.01, 3, rows)
        x, q = draw_rows(rng, rows, columns, sizes)
        assert_quantized(submission.quantize_rows(x), q, sizes, MIXED)


@check("correctness", points=1, depends_on="test_quantized")
def test_half_to_even(submission, rng):
    """What lies in the middle between two whole numbers goes to the even one."""
    help = "torch.round rounds half to even; adding 0.5 and cutting does not, and a cast cuts towards 0."
    middle = rng.permuted(np.tile(np.arange(-126, 126) + 0.5, (3, 1)), axis=1)
    x = np.concatenate([middle, [[127.0], [-127.0], [127.0]]], axis=1)
    sizes = 2.0 ** rng.integers(-3, 4, 3)
    q = np.round(x)
    assert_quantized(submission.quantize_rows(torch.from_numpy(x * sizes[:, None])), q, sizes, help)


@check("correctness", points=1, depends_on="test_quantized")
def test_rows_of_zeros(submission, rng):
    """Rows of zeros have the scale 1 and stay zeros, beside others."""
    help = "0 / 0 is NaN, and as int8 anything: put scale 1 where the largest absolute value is 0, and nowhere else."
    sizes = rng.uniform(0.01, 3, 5)
    x, q = draw_rows(rng, 5, 6, sizes)
    for rows in (slice(1, 3), slice(None)):
        x[rows], q[rows], sizes[rows] = 0, 0, 1
        assert_quantized(submission.quantize_rows(x), q, sizes, help)


@check("stability", points=1, depends_on="test_quantized")
def test_small_and_large_rows(submission, rng):
    """Rows of 1e-30 beside rows of 1e29, each with its own scale; nothing is added to it."""
    help = "Divide by the row's own scale, and guard against 0 alone: an eps changes the scale of small rows."
    for dtype in (torch.float64, torch.float32):
        sizes = rng.permuted(10.0 ** np.array([-30, -29, -25, -12, -6, -3, 0, 4, 9, 29])) * rng.uniform(1, 2, 10) / 127
        x, q = draw_rows(rng, 10, 12, sizes, dtype)
        assert_quantized(submission.quantize_rows(x), q, sizes, help)


@check("contract", points=1, depends_on="test_quantized")
def test_quantized_float32(submission, rng):
    """float32 rows, many of them: none of their largest entries passes ±127."""
    sizes = rng.uniform(0.01, 3, 500)
    x, q = draw_rows(rng, 500, 5, sizes, torch.float32)
    assert_quantized(submission.quantize_rows(x), q, sizes, MIXED)


@check("correctness", points=2)
def test_product(submission, rng):
    """The product of the integers, scaled by row and by column."""
    help = "(a @ b.T) * a_scale[:, None] * b_scale: sum in more than int8, and scale in float32, as the scales come."
    for m, n, k in [(3, 4, 5), (4, 4, 4), (5, 2, 300)]:
        args = draw_product(rng, m, n, k)[:4]
        assert_product(submission.int8_matmul(*args), args, help)


@check("correctness", points=1)
def test_bias(submission, rng):
    """With a bias, which is added to each row when all is scaled."""
    for m, n, k in [(3, 4, 5), (4, 4, 4)]:
        args = draw_product(rng, m, n, k)
        assert_product(submission.int8_matmul(*args), args, "bias (N,) is added last, unscaled, in float32.")


@check("contract", points=1, depends_on="test_product")
def test_lowest(submission, rng):
    """-128 is an int8 like any other, in a and in b."""
    help = "-(-128) is -128 in int8: widen before you do anything with it."
    a, _, b, _, _ = args = draw_product(rng, 4, 5, 6)
    a[torch.from_numpy(rng.random((4, 6)) < 0.5)] = -128
    b[torch.from_numpy(rng.random((5, 6)) < 0.5)] = -128
    a[0], b[0] = -128, -128
    assert_product(submission.int8_matmul(*args), args, help)


def cancelling(rng, m, n, k, low=90):
    """Rows whose products add up to many millions and come down again, to a number of three digits."""
    half = k // 2
    a, b = draw_int8(rng, m, k, low=low), draw_int8(rng, n, k, low=low)
    b[:, half:] = -b[:, :half]
    a[:, half:] = a[:, :half]
    order = torch.from_numpy(np.concatenate([rng.permutation(half), half + rng.permutation(half)]))
    a, b = a[:, order], b[:, order]
    tail = [torch.from_numpy(rng.integers(-9, 10, (rows, 4), dtype=np.int8)) for rows in (m, n)]
    return torch.cat([a, tail[0]], 1), torch.cat([b, tail[1]], 1)


@check("stability", points=2, depends_on="test_product")
def test_exact(submission, rng):
    """The product is exact for K up to 100,000, also where large sums cancel."""
    help = "float32 holds whole numbers up to 2**24: sum in float64 or int32, or in float32 over 1024 terms at a time."
    for k, low in ((2_500, 126), (3_000, 90), (20_000, 90), (99_996, 90)):  # of 126 or 127, 1,050 pass 2**24
        a, b = cancelling(rng, 3, 4, k, low)
        args = a, torch.ones(3), b, torch.ones(4)
        assert_product(submission.int8_matmul(*args), args, help)


@check("stability", points=1, depends_on="test_product")
def test_largest(submission, rng):
    """Sums of up to 1.6 billion, of either sign."""
    help = "100,000 products of -128 by -128 are 1,638,400,000: int32 holds that, int16 does not, float16 neither."
    a, b = torch.full((3, 100_000), -128, dtype=torch.int8), torch.full((4, 100_000), -128, dtype=torch.int8)
    b[torch.from_numpy(rng.permutation(4)[:2])] = 127
    args = a, draw_scale(rng, 3), b, draw_scale(rng, 4)
    assert_product(submission.int8_matmul(*args), args, help)


@check("contract", points=1, depends_on=("test_quantized", *PRODUCT))
def test_empty(submission, rng):
    """K = 0 gives the bias, or zeros; M = 0 and N = 0 give empty results."""
    help = "A sum over nothing is 0; a maximum over nothing is an error, unless you look first."
    for m, n, k in [(3, 4, 0), (0, 4, 5), (3, 0, 5), (0, 0, 0), (0, 4, 0)]:
        args = draw_product(rng, m, n, k)
        assert_product(submission.int8_matmul(*args), args, help)
        assert_product(submission.int8_matmul(*args[:4]), args[:4], help)
    for rows, columns in [(3, 0), (0, 4), (0, 0)]:
        for dtype in (torch.float64, torch.float32):
            x = torch.zeros(rows, columns, dtype=dtype)
            assert_quantized(submission.quantize_rows(x), np.zeros((rows, columns)), np.ones(rows), help)


@check("contract", points=1, depends_on=("test_quantized", *PRODUCT))
def test_memory_layout(submission, rng):
    """Matrices and vectors that are not contiguous give the same results."""
    help = "view() needs contiguous memory; reshape and flatten do not."
    sizes = rng.uniform(0.01, 3, 4)
    x, q = draw_rows(rng, 4, 6, sizes)
    parts = unpack(submission.probe.quantized(x), 4)
    for pair in (parts[:2], parts[2:]):
        assert_quantized(pair, q, sizes, help)
    a, a_scale, b, b_scale, bias = args = draw_product(rng, 3, 4, 1030)
    ones = [vector[:1].expand(vector.shape) for vector in (a_scale, b_scale, bias)]
    actual = unpack(submission.probe.products(*args), 3)
    for found, wanted in zip(actual, [args, args, (a, ones[0], b, ones[1], ones[2])], strict=True):
        assert_product(found, wanted, help)


@check("contract", points=1, depends_on=("test_quantized", *PRODUCT))
def test_second_call(submission, rng):
    """Second calls on the same tensors give the same results."""
    help = "`x /= scale`, `x.abs_()` and `bias += …` write into the caller's tensors."
    sizes = rng.uniform(0.01, 3, 4)
    x, q = draw_rows(rng, 4, 6, sizes)
    args = draw_product(rng, 3, 4, 5)
    parts = unpack(submission.probe.twice(x, *args), 6)
    for found in (parts[:3], parts[3:]):
        assert_quantized(found[:2], q, sizes, help)
        assert_product(found[2], args, help)


@check("contract", points=1, depends_on=("test_quantized", *PRODUCT), testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    for dtype in (torch.float64, torch.float32):
        x, _ = draw_rows(rng, 4, 6, rng.uniform(0.01, 3, 4), dtype)
        x[1] = 0
        assert_unchanged(submission.quantize_rows, x)
    assert_unchanged(submission.int8_matmul, *draw_product(rng, 3, 4, 5))


@check("errors", points=1, depends_on="test_quantized")
def test_bad_rows(submission, rng):
    """An x that is not two-dimensional or not floating raises a ValueError with a message."""
    for shape in [(), (4,), (2, 3, 4), (0,)]:
        x = torch.from_numpy(rng.standard_normal(shape))
        assert_raises(ValueError, submission.quantize_rows, x, help=f"{shape} has not two axes.")
    for dtype in (torch.int8, torch.int64, torch.bool):
        x = draw_int8(rng, 3, 4).to(dtype)
        assert_raises(ValueError, submission.quantize_rows, x, help="Look at x.is_floating_point().")


@check("errors", points=1, depends_on=PRODUCT)
def test_bad_dtypes(submission, rng):
    """An a or b that is not int8 raises a ValueError with a message."""
    a, a_scale, b, b_scale, bias = draw_product(rng, 3, 4, 5)
    for dtype in (torch.uint8, torch.int32, torch.int64, torch.float32):
        help = f"{dtype} is not int8: its products may be larger, or no whole numbers."
        assert_raises(ValueError, submission.int8_matmul, a.to(dtype), a_scale, b, b_scale, bias, help=help)
        assert_raises(ValueError, submission.int8_matmul, a, a_scale, b.to(dtype), b_scale, bias, help=help)
        assert_raises(ValueError, submission.int8_matmul, a.to(dtype), a_scale, b.to(dtype), b_scale, help=help)


@check("errors", points=1, depends_on=PRODUCT)
def test_bad_matrices(submission, rng):
    """Matrices that are not two-dimensional, or whose K differs, raise a ValueError with a message."""
    cases = [((3, 5), (5, 4)), ((3, 5), (4, 6)), ((3, 5), (4, 1)), ((3, 1), (4, 5)), ((3, 5), (4, 0)), ((3, 4), (4, 3))]
    cases += [((5,), (4, 5)), ((3, 5), (5,)), ((5,), (5,)), ((3, 5), (4, 5, 1)), ((3, 2, 5), (4, 5)), ((3, 5), ())]
    cases += [((3, 5), (4, 5, 5)), ((3, 5, 5), (4, 5)), ((3, 5), (4, 2, 5)), ((3, 2, 5), (4, 2, 5)), ((), ())]
    for first, second in cases:
        a_scale, b_scale = (draw_scale(rng, (*shape, 1)[0]) for shape in (first, second))
        args = draw_int8(rng, *first), a_scale, draw_int8(rng, *second), b_scale
        help = f"{first} and {second} are not (M, K) and (N, K)."
        assert_raises(ValueError, submission.int8_matmul, *args, help=help)


@check("errors", points=1, depends_on=PRODUCT)
def test_bad_vectors(submission, rng):
    """A scale or bias of another shape raises a ValueError with a message, also if it would broadcast."""
    args = draw_product(rng, 3, 4, 5)
    cases = {1: [(3, 1), (4,), (2,)], 3: [(1, 4), (3,), (4, 1), (5,)], 4: [(1, 4), (3,), (5,), (3, 4)]}
    for position, shapes in cases.items():
        for shape in [(), (1,), (3, 4), *shapes]:
            wrong = list(args)
            wrong[position] = torch.from_numpy(rng.uniform(0.01, 0.1, shape).astype(np.float32))
            help = f"{('a', 'a_scale', 'b', 'b_scale', 'bias')[position]} is {shape}: compare shapes before you scale."
            assert_raises(ValueError, submission.int8_matmul, *wrong, help=help)


FASTER = "Leave the product to a matrix product that is fast, and exact: float64, or float32 over 1024 terms at a time."


@check("speed", points=2, depends_on=(*PRODUCT, "test_exact"))
def test_speed(submission, rng, clock):
    """(256, 1024) by (1024, 1024) in at most 1.5 times the reference's time (3 times: half the points)."""

    def verify(actual, a, a_scale, b, b_scale, bias):
        exact = a.double() @ b.double().T
        assert_close(actual, exact * a_scale.double()[:, None] * b_scale.double() + bias, dtype="float32", tol=1e-5)

    clock.assert_ratio(
        "int8_matmul",
        lambda scale=1: draw_product(rng, int(256 * scale), 1024, 1024),
        verify=verify,
        help=FASTER,
        work=lambda a, a_scale, b, b_scale, bias: 2 * len(a) * len(b) * b.shape[1],
    )


@check("correctness", points=1, depends_on=("test_quantized", *PRODUCT), device="cuda")
def test_cuda(submission, rng):
    """On a GPU: the same values, exact for a long K, for any sizes, contiguous or not; they live on the GPU."""
    found = []
    for m, n, k in [(3, 4, 5), (33, 17, 100), (64, 128, 4096), (1, 1, 1), (3, 4, 0)]:
        args = draw_product(rng, m, n, k)
        found.append(submission.int8_matmul(*args))
        assert_product(found[-1], args)
    args = draw_product(rng, 3, 4, 1030)
    actual = unpack(submission.probe.products(*args), 3)
    assert_product(actual[0], args, help="A kernel that walks memory needs the strides.")
    a, b = cancelling(rng, 32, 64, 20_000)
    args = a, torch.ones(32), b, torch.ones(64)
    found.append(submission.int8_matmul(*args))
    assert_product(found[-1], args, help="float32 is exact up to 2**24 only.")
    for dtype in (torch.float64, torch.float32):
        sizes = rng.uniform(0.01, 3, 20)
        x, q = draw_rows(rng, 20, 30, sizes, dtype)
        found += unpack(submission.quantize_rows(x), 2, PAIR)
        assert_quantized(found[-2:], q, sizes, MIXED)
    found += unpack(submission.quantize_rows(torch.zeros(3, 0)), 2, PAIR)
    assert_quantized(found[-2:], np.zeros((3, 0)), np.ones(3), MIXED)
    on_gpu = all(str(getattr(value, "device", "")).startswith("cuda") for value in found)
    assert_true(on_gpu, "a result does not live on the GPU", help="Results stay on the device of the inputs.")


@check("speed", points=2, depends_on=("test_cuda", "test_exact"), device="cuda")
def test_cuda_speed(submission, rng, clock):
    """(2048, 2048) by (2048, 2048) on a GPU, in at most 1.5 times the reference's time there (3 times: half)."""

    def make_inputs():
        return *draw_product(rng, 2048, 2048, 2048), torch.from_numpy(rng.standard_normal((2048, 8), np.float32))

    def verify(actual, a, a_scale, b, b_scale, bias, directions):
        right = (b.double() * b_scale.double()[:, None]).T @ directions.double()
        expected = (a.double() * a_scale.double()[:, None]) @ right + bias.double() @ directions.double()
        assert_close(actual, expected, dtype="float32", tol=1e-5)

    clock.assert_ratio("probe.projected", make_inputs, verify=verify, help=FASTER)
