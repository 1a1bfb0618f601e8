"""Hidden grader of `topk_sampling`. The oracle sorts each row by (-logit, index), and draws in float64."""

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

NEAR = 2e-4  # a u so close to a cumulative probability is drawn anew
BELOW_ONE = (np.nextafter(np.float32(1), np.float32(0)), 1 - 1e-12)


def probabilities(logits, k, temperature):
    """Of each row: the tokens in order, and their cumulative probabilities."""
    x = logits.double().numpy()
    order = np.argsort(-x, axis=-1, kind="stable")[:, :k]
    top = np.take_along_axis(x, order, -1)
    powers = np.exp((top - top[:, :1]) / temperature)
    return order, np.cumsum(powers, -1) / powers.sum(-1, keepdims=True)


def oracle(logits, u, k=50, temperature=1.0):
    order, cumulative = probabilities(logits, k, temperature)
    rank = (cumulative[:, :-1] <= u.double().numpy()[:, None]).sum(-1)
    last = (np.diff(cumulative, prepend=0) > 0).cumsum(-1).argmax(-1)  # of positive probability
    return order[np.arange(len(order)), np.minimum(rank, last)]


def draw_u(rng, logits, k=50, temperature=1.0, dtype=torch.float64):
    """Uniform numbers, away from every cumulative probability but the last."""
    _, cumulative = probabilities(logits, k, temperature)
    cumulative = np.where(cumulative < 1 - 1e-9, cumulative, 2)
    u = rng.random(len(logits))
    for _ in range(1000):
        near = (np.abs(cumulative - u[:, None]) < NEAR).any(-1)
        u[near] = rng.random(int(near.sum()))
    return torch.from_numpy(u).to(dtype)


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def distinct(rng, rows, size, step=0.1):
    """Logits that are all different, in an order of each row's own."""
    return torch.from_numpy(rng.permuted(np.tile(step * np.arange(size), (rows, 1)), axis=1))


def assert_tokens(submission, logits, u, k=50, temperature=1.0, help=None):
    actual = submission.sample_top_k(logits, u, k, temperature)
    assert_close(actual, oracle(logits, u, k, temperature), tol=0, help=help)


@check("correctness", points=2)
def test_all_tokens(submission, rng):
    """With k = C: the first token, from the most likely down, at which the cumulative probability exceeds u."""
    help = "Sort downwards, cumulate the probabilities, and take the first sum above u."
    for rows, size in [(200, 6), (64, 12), (64, 3)]:
        logits = draw(rng, rows, size)
        assert_tokens(submission, logits, draw_u(rng, logits, size), size, help=help)


@check("correctness", points=2, depends_on="test_all_tokens")
def test_top_k(submission, rng):
    """Only the k largest may be drawn, and they share the probability."""
    help = "The softmax is over the k largest alone: select first, normalise then."
    for rows, size, k in [(100, 12, 5), (100, 40, 3), (50, 200, 20), (30, 9, 1)]:
        logits = draw(rng, rows, size)
        assert_tokens(submission, logits, draw_u(rng, logits, k), k, help=help)
    logits = distinct(rng, 60, 90, 0.01)
    u = draw_u(rng, logits)
    assert_close(submission.sample_top_k(logits, u), oracle(logits, u), tol=0, help="k is 50 where none is given.")


@check("correctness", points=1, depends_on="test_all_tokens")
def test_k_beyond(submission, rng):
    """k beyond C counts as C."""
    for k in (7, 50, 10**6):
        logits = draw(rng, 60, 6)
        assert_tokens(
            submission, logits, draw_u(rng, logits, k), k, help="min(k, C): topk refuses more than there are."
        )


@check("correctness", points=1, depends_on="test_top_k")
def test_temperature(submission, rng):
    """The logits are divided by the temperature."""
    help = "softmax(logits / temperature): a high temperature makes the tokens more alike."
    for temperature in (0.5, 2.0, 3, float(rng.uniform(1.2, 1.7))):
        logits = draw(rng, 100, 20)
        assert_tokens(submission, logits, draw_u(rng, logits, 8, temperature), 8, temperature, help)


@check("correctness", points=1, depends_on="test_top_k")
def test_temperature_zero(submission, rng):
    """`temperature=0` takes the largest, the first of equal ones, whatever u is."""
    help = "Nothing can be divided by 0: take the argmax, which is the first of equal ones."
    for logits in (
        draw(rng, 60, 20),
        torch.from_numpy(rng.integers(0, 3, (60, 20)).astype(float)),
        -1e4 * draw(rng, 9, 5),
    ):
        expected = np.argmax(logits.numpy(), axis=-1)
        for k in (1, 6, 50):
            u = torch.from_numpy(rng.random(len(logits)))
            for zero in (0, 0.0):
                assert_close(submission.sample_top_k(logits, u, k, zero), expected, tol=0, help=help)


@check("correctness", points=2, depends_on="test_top_k")
def test_equal_logits(submission, rng):
    """Among equal logits the lower index is larger: at the edge of the k, and in the order in which they are drawn."""
    help = "topk promises nothing about equal values. No more than k may be drawn, and the lower index comes first."
    for rows, size, k, kinds in [(100, 12, 5, 3), (60, 60, 7, 2), (20, 200, 50, 4), (60, 9, 9, 3), (100, 8, 1, 3)]:
        logits = torch.from_numpy(rng.integers(0, kinds, (rows, size)) / 2)
        assert_tokens(submission, logits, draw_u(rng, logits, k), k, help=help)
        assert_tokens(submission, logits.float(), draw_u(rng, logits, k, dtype=torch.float32), k, help=help)
    same = torch.full((30, 300), float(rng.normal()), dtype=torch.float64)
    assert_tokens(submission, same, draw_u(rng, same, 40), 40, help=help)


@check("stability", points=1, depends_on="test_top_k")
def test_minus_infinity(submission, rng):
    """Logits of -inf have probability 0 and are never drawn, at u = 0 and just below 1 either."""
    help = "Bound the rank by the last token of positive probability: u times the total may be rounded up to the total."
    for k in (4, 9, 50):
        logits = torch.where(torch.from_numpy(rng.random((120, 9)) < 0.6), -torch.inf, distinct(rng, 120, 9))
        logits[torch.arange(120), torch.from_numpy(rng.integers(9, size=120))] = float(rng.normal())
        u = draw_u(rng, logits, k)
        u[:10], u[10:40] = 0, float(BELOW_ONE[1])
        assert_tokens(submission, logits, u, k, help=help)
        assert_tokens(submission, logits.float(), u, k, help=help)
        assert_tokens(submission, logits.float(), torch.full((120,), BELOW_ONE[0]), k, help=help)


@check("stability", points=1, depends_on="test_top_k")
def test_just_below_one(submission, rng):
    """A u just below 1 gives the last token of positive probability, in float32 and float64."""
    help = (
        "Rounding may leave every cumulative sum at or below u: the last token of positive probability is drawn then."
    )
    for rows, size, k in [(60, 30, 7), (40, 90, 50), (8, 400, 300)]:
        logits = distinct(rng, rows, size, 0.001) * float(rng.uniform(1, 2))
        underflowing = torch.where(logits < logits.topk(k).values.amin(-1, keepdim=True) + 0.002, logits - 2e3, logits)
        for below, dtype in zip(BELOW_ONE, (torch.float32, torch.float64), strict=True):
            u = torch.full((rows,), float(below), dtype=dtype)
            for each in (logits, logits.float()):
                assert_tokens(submission, each, u, k, help=help)
                assert_tokens(submission, underflowing, u, k, help="A probability that underflows is 0: never drawn.")


@check("stability", points=2, depends_on=("test_top_k", "test_temperature"))
def test_large_logits(submission, rng):
    """Logits of ±10,000 are fine, at low temperatures too."""
    help = "Subtract the row's largest logit before you exponentiate."
    for dtype in (torch.float64, torch.float32):
        for level in (1e4, -1e4):
            logits = (level + distinct(rng, 60, 12, 0.25)).to(dtype)
            logits[:, int(rng.integers(12))] = -1e4
            assert_tokens(submission, logits, draw_u(rng, logits, 6), 6, help=help)
        logits = torch.from_numpy(rng.uniform(-1e4, 1e4, (60, 12))).to(dtype)
        for temperature in (1.0, 1e-3, 5e3):
            u = draw_u(rng, logits, 6, temperature)
            assert_tokens(submission, logits, u, 6, temperature, help)
            if temperature < 1:
                u = torch.full((60,), float(BELOW_ONE[0]))
                assert_tokens(submission, logits, u, 6, temperature, "A probability that underflows is 0.")
        logits = distinct(rng, 60, 12, 2**-11).to(dtype)
        u = draw_u(rng, logits, 6, 1e-3)
        assert_tokens(submission, logits, u, 6, 1e-3, "A temperature of 0.001 counts as it is: no lower bound for it.")


@check("contract", points=1, depends_on="test_top_k")
def test_dtypes(submission, rng):
    """An int64 tensor comes back, whatever the dtypes of logits and u are."""
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        logits = distinct(rng, 60, 12, 0.125).to(dtype)
        for other in (torch.float64, torch.float32):
            u = draw_u(rng, logits, 5, dtype=other)
            actual = submission.sample_top_k(logits, u, 5)
            assert_close(actual, oracle(logits, u, 5), tol=0, help="The tokens are the indices of the logits.")
            assert_true(isinstance(actual, TensorValue), "something else than a torch tensor came back")
            assert_true(actual.dtype == "int64", "the dtype is wrong", returned=actual.dtype, wanted="int64")


@check("stability", points=1, depends_on="test_top_k")
def test_half_precision(submission, rng):
    """bfloat16 and float16 logits are computed in float32: division, exponentials and cumulative sums."""
    help = "Go to float32 before the division: a cumulative sum in bfloat16 has two digits."
    for dtype in (torch.bfloat16, torch.float16):
        logits = distinct(rng, 100, 80, 2**-5).add(1).to(dtype)
        for temperature in (1.3, 5.0):
            u = draw_u(rng, logits, 60, temperature)
            assert_tokens(submission, logits, u, 60, temperature, help)


@check("contract", points=1, depends_on="test_top_k")
def test_sizes(submission, rng):
    """One row, one token, and no rows at all."""
    for rows, size, k in [(1, 5, 3), (3, 1, 2), (1, 1, 1), (0, 4, 2)]:
        logits = draw(rng, rows, size)
        for temperature in (1.0, 0):
            u = draw_u(rng, logits, k)
            actual = submission.sample_top_k(logits, u, k, temperature)
            expected = oracle(logits, u, 1 if temperature == 0 else k)
            assert_close(actual, expected, tol=0, help="(B,) comes back, whatever B and C are.")


@check("contract", points=1, depends_on="test_top_k")
def test_memory_layout(submission, rng):
    """Transposed, strided and expanded tensors give what their values say."""
    logits = distinct(rng, 40, 15)
    u = draw_u(rng, logits, 6)
    help = "view() needs contiguous memory, and searchsorted warns where it is missing."
    for actual, own in zip(unpack(submission.probe.layouts(logits, u, 6), 2), (u, u[:1].expand(40)), strict=True):
        assert_close(actual, oracle(logits, own, 6), tol=0, help=help)


@check("contract", points=1, depends_on="test_temperature")
def test_second_call(submission, rng):
    """A second call on the same tensors gives the same tokens."""
    help = "The same u gives the same token: draw nothing, and write into neither logits nor u."
    logits = draw(rng, 100, 15)
    for temperature in (0.7, 2.0):
        u = draw_u(rng, logits, 6, temperature)
        for actual in unpack(submission.probe.twice(logits, u, 6, temperature), 2):
            assert_close(actual, oracle(logits, u, 6, temperature), tol=0, help=help)


@check("contract", points=1, depends_on="test_top_k", testimony=True)
def test_side_effects(submission, rng):
    """Prints and draws nothing, and changes neither its arguments nor a global setting."""
    logits = draw(rng, 10, 15)
    for each in (logits, logits.float()):
        for temperature in (0.7, 0):
            assert_unchanged(
                submission.sample_top_k, each, draw_u(rng, logits, 6), 6, temperature, help="u is all the randomness."
            )


@check("errors", points=2, depends_on="test_top_k")
def test_bad_numbers(submission, rng):
    """ValueError for k below 1, and a temperature that is negative, infinite or NaN."""
    logits, u = draw(rng, 3, 5), torch.from_numpy(rng.random(3))
    for k in (0, -1, -7):
        for temperature in (1.0, 0):
            help = "k must be 1 at least, at every temperature."
            assert_raises(ValueError, submission.sample_top_k, logits, u, k, temperature, help=help)
    for temperature in (-1.0, -1e-9, float("inf"), float("-inf"), float("nan")):
        help = "A comparison with NaN is False: `not 0 <= temperature < inf` finds it."
        assert_raises(ValueError, submission.sample_top_k, logits, u, 2, temperature, help=help)


@check("errors", points=2, depends_on="test_top_k")
def test_bad_tensors(submission, rng):
    """ValueError for shapes that do not fit, C = 0, and u outside [0, 1)."""
    for shape, size in [
        ((3, 5), (4,)), ((3, 5), (1,)), ((3, 5), (3, 1)), ((3, 5), ()), ((5,), (5,)), ((5,), (1,)), ((5,), ()),
        ((2, 3, 5), (2,)), ((2, 3, 5), (2, 3)), ((), ()), ((3, 0), (3,)), ((0, 0), (0,)), ((0, 5), (1,)),
    ]:  # fmt: skip
        for temperature in (1.0, 0):
            u = torch.from_numpy(np.asarray(rng.random(size)))
            help = "Check logits.ndim, C and u.shape before you compute; broadcasting would hide the fault."
            assert_raises(ValueError, submission.sample_top_k, draw(rng, *shape), u, 2, temperature, help=help)
    for value in (1.0, -1e-6, 1.5, float("nan"), float("inf"), float("-inf")):
        for dtype in (torch.float32, torch.float64):
            u = torch.from_numpy(rng.random(3)).to(dtype)
            u[int(rng.integers(3))] = value
            for temperature in (1.0, 0):
                help = "One number outside is enough; NaN is outside, too."
                assert_raises(ValueError, submission.sample_top_k, draw(rng, 3, 5), u, 2, temperature, help=help)


@check("rules", points=1, depends_on="test_top_k")
def test_rules(submission, rng):
    """The distribution is inverted by hand."""
    logits, u = draw(rng, 3, 9), torch.from_numpy(rng.random(3))

    def run(watched):
        watched.sample_top_k(logits, u, 4)
        watched.sample_top_k(logits.float(), u.float(), 50, 0)

    assert_rules(submission, run, help="u is the random number: no other is needed.")


def verify(actual, logits, u, k=50):
    """By torch's topk; rows with a u too close to call, or with equal logits among the k, are not compared."""
    values, order = logits.double().topk(k)
    cumulative = values.softmax(-1).cumsum(-1)
    rank = (cumulative[:, :-1] <= u[:, None]).sum(-1, keepdim=True)
    near = ((cumulative[:, :-1] - u[:, None]).abs() < 1e-4).any(-1) | (values.diff(dim=-1) == 0).any(-1)
    found = as_array(actual)
    expected = order.gather(-1, rank)[:, 0].numpy()
    if found.shape == expected.shape:
        expected = np.where(near.numpy(), found, expected)
    assert_close(actual, expected, tol=0)


SLOW = "Select the k largest instead of sorting all, and do the rest on k numbers a row, for all rows at once."


@check("speed", points=2, depends_on="test_top_k")
def test_speed(submission, rng, clock):
    """float32 logits of shape (64, 50257), k = 50, take at most 1.5 times the reference's time (3 for half)."""
    clock.assert_ratio(
        "sample_top_k",
        lambda scale=1: (
            torch.from_numpy(2 * rng.standard_normal((int(64 * scale), 50257), np.float32)),
            torch.from_numpy(rng.random(int(64 * scale), np.float32)),
        ),
        verify=verify,
        help=SLOW,
    )


@check("correctness", points=1, depends_on=("test_equal_logits", "test_dtypes"), device="cuda")
def test_cuda(submission, rng):
    """On the GPU, in float32 and bfloat16, with equal logits, and there the tokens stay."""
    for dtype in (torch.float32, torch.bfloat16):
        for logits in (distinct(rng, 40, 30, 0.125), torch.from_numpy(rng.integers(0, 4, (60, 5000)) / 2)):
            logits = logits.to(dtype)
            u = draw_u(rng, logits, dtype=torch.float32)
            actual = submission.sample_top_k(logits, u)
            assert_close(actual, oracle(logits, u), tol=0, help="Make every tensor on the device of the logits.")
            place = getattr(actual, "device", None)
            assert_true(str(place).startswith("cuda"), "the result is not on the GPU", returned=str(place))


@check("speed", points=2, depends_on="test_cuda", device="cuda")
def test_cuda_speed(submission, rng, clock):
    """On the GPU: float32 logits of shape (256, 128256) take at most 1.5 times the reference's time (3 for half)."""
    base = torch.from_numpy(rng.standard_normal(2 * 256 * 128256, np.float32))

    def make_inputs():  # a window of one draw, at a secret place: quick to make
        start = int(rng.integers(len(base) // 2))
        return base[start : start + len(base) // 2].reshape(256, 128256).clone(), torch.from_numpy(
            rng.random(256, np.float32)
        )

    clock.assert_ratio("sample_top_k", make_inputs, verify=verify, help=SLOW)
