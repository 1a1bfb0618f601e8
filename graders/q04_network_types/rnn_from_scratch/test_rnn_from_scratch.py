"""Hidden grader of `rnn_from_scratch`.

States come from the formula, one step after another; gradients from the complex step, f(w + ih).imag / h, which
subtracts nothing, so that h = 1e-30 gives full float64 accuracy without a line of backpropagation. The loss is
sum(h * dh) with a secret dh.
"""

import numpy as np

from etude.grading import (
    assert_close,
    assert_gradient,
    assert_rules,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    entry,
    unpack,
)

NAMES = ("x", "h0", "w_ih", "w_hh", "b")
TIME_HELP = "A state's gradient is dh at its step plus what the next step sends back through w_hh."


def draw(rng, n=3, t=4, d=5, hidden=2, norm=0.9):
    """The five arguments and dh; the recurrent weight has that spectral norm."""
    w_hh = rng.normal(size=(hidden, hidden))
    w_hh *= norm / np.linalg.norm(w_hh, 2)
    args = [
        rng.normal(size=(n, t, d)),
        rng.uniform(-0.9, 0.9, size=(n, hidden)),
        rng.normal(size=(d, hidden)) / np.sqrt(d),
        w_hh,
        rng.normal(size=hidden) / 2,
    ]
    return args, rng.normal(size=(n, t, hidden))


def states(x, h0, w_ih, w_hh, b):
    h, steps = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_ih + h @ w_hh + b)
        steps.append(h)
    return np.stack(steps, axis=1)


def gradients(args, dh):
    found = {}
    for position, name in enumerate(NAMES):
        found[name] = np.zeros(args[position].shape)
        for index in np.ndindex(args[position].shape):
            moved = [array.astype(np.complex128) if i == position else array for i, array in enumerate(args)]
            moved[position][index] += 1e-30j
            found[name][index] = np.sum(states(*moved) * dh).imag / 1e-30
    return found


def assert_gradients(actual, expected, names=NAMES, **options):
    for name in names:
        assert_close(entry(actual, name), expected[name], **options)


def in_float64(args):
    return [np.asarray(array, dtype=np.float64) for array in args]


@check("contract")
def test_state_shape(submission, rng):
    """`h` is (N, T, Hd), for sizes of one too."""
    for n, t, d, hidden in [(3, 4, 5, 2), (1, 1, 1, 1), (4, 1, 2, 3), (2, 6, 3, 1)]:
        args, _ = draw(rng, n, t, d, hidden)
        help = "One state a step: stack them along axis 1, and keep axes of length one."
        assert_shape(submission.probe.forward(args), (n, t, hidden), help=help)


@check("correctness", points=2)
def test_one_step(submission, rng):
    """A single step is tanh of x w_ih + h0 w_hh + b."""
    for hidden in (2, 6):
        args, _ = draw(rng, t=1, hidden=hidden)
        help = "The first step starts from h0; weights stand on the right."
        assert_close(submission.probe.forward(args), states(*args), help=help)


@check("correctness", points=2)
def test_all_steps(submission, rng):
    """`h` holds the states after every step, each computed from the one before."""
    for steps in (4, 30):
        args, _ = draw(rng, t=steps, hidden=6)
        help = "h[:, t] comes after step t: h0 itself is not among them."
        assert_close(submission.probe.forward(args), states(*args), help=help)


@check("contract")
def test_keys(submission, rng):
    """rnn_backward returns one gradient for each of the five arguments, of its shape."""
    for n, t, d, hidden in [(3, 4, 5, 2), (1, 1, 1, 1), (4, 2, 1, 3)]:
        args, dh = draw(rng, n, t, d, hidden)
        returned = submission.probe.backward(args, dh)
        for name, argument in zip(NAMES, args, strict=True):
            assert_shape(entry(returned, name), argument.shape, help=f"The gradient of {name} has the shape of {name}.")
        names = sorted(map(str, returned))
        assert_true(names == sorted(NAMES), "other keys than asked for", returned=names, wanted=sorted(NAMES))


@check("gradient", points=2)
def test_one_step_back(submission, rng):
    """With a single step, the gradients are those of a layer with tanh."""
    args, dh = draw(rng, t=1, d=3, hidden=4)
    help = "Through tanh by 1 - h**2; then each argument as in a linear layer, the bias summed over the rows."
    assert_gradients(submission.probe.backward(args, dh), gradients(args, dh), help=help)


@check("gradient", points=2)
def test_last_state(submission, rng):
    """A loss that reads the last state only sends gradients back through all steps."""
    args, dh = draw(rng, t=5, d=3, hidden=4)
    dh[:, :-1] = 0
    assert_gradients(submission.probe.backward(args, dh), gradients(args, dh), help=TIME_HELP)


@check("gradient", points=2)
def test_every_state(submission, rng):
    """A loss that reads every state: the gradients of all steps, however many, are joined."""
    for n, t, d, hidden, scale in [(3, 5, 3, 4, 1), (1, 5, 4, 4, 30), (2, 30, 1, 1, 1)]:
        args, dh = draw(rng, n, t, d, hidden)
        dh *= scale
        returned, expected = submission.probe.backward(args, dh), gradients(args, dh)
        assert_gradients(returned, expected, names=("x", "h0"), help=TIME_HELP)
        help = "All steps share the weights: add their contributions up. w_hh meets the state before a step, h0 first."
        assert_gradients(returned, expected, names=("w_ih", "w_hh", "b"), help=help)


@check("gradient", depends_on=("test_all_steps", "test_every_state"))
def test_own_states(submission, rng):
    """The gradients agree with central differences of your own states, over 12 steps."""
    args, dh = draw(rng, n=2, t=12, d=2, hidden=3)
    analytic = submission.probe.backward(args, dh)
    for position, name in enumerate(NAMES):
        help = f"The gradient of {name} and the states from rnn_forward disagree."
        loss = own_loss(submission, args, position, dh)
        assert_gradient(loss, args[position], entry(analytic, name), help=help)


def own_loss(submission, args, position, dh):
    return lambda points: submission.probe.losses(args, position, list(points), dh)


@check("gradient", points=2, depends_on="test_every_state")
def test_interleaved(submission, rng):
    """Two forward passes, then the backward pass of the first: calls do not disturb each other."""
    problems = [draw(rng, d=3), draw(rng, d=3), draw(rng, n=2, t=3, d=3)]
    returned = unpack(submission.probe.interleaved(problems, [0, 2, 1]), 3, what="three results")
    help = "Keep what rnn_backward needs in the cache that rnn_forward returns, not in a global or on a function."
    for i, result in zip([0, 2, 1], returned, strict=True):
        h, found = unpack(result, 2, what="states and gradients")
        assert_close(
            h, states(*problems[i][0]), help="Another call has overwritten these states: make a new array each."
        )
        assert_gradients(found, gradients(*problems[i]), help=help)


@check("stability", depends_on=("test_all_steps", "test_every_state"))
def test_saturated(submission, rng):
    """Sums of ±10,000 before the tanh: states of ±1, and gradients of 0, without a warning."""
    args, dh = draw(rng, d=3)
    args[4] = np.array([1e4, -1e4])
    help = "np.tanh does not overflow, and 1 - h**2 is 0 there; a formula with exp does overflow."
    assert_close(submission.probe.forward(args), states(*args), help=help)
    assert_gradients(submission.probe.backward(args, dh), gradients(args, dh), help=help)


@check("contract", depends_on="test_all_steps")
def test_empty(submission, rng):
    """No rows, or no steps, give an empty `h` of the right shape and dtype."""
    for (n, t), dtype in [((0, 4), "float64"), ((3, 0), "float64"), ((0, 2), "float32"), ((2, 0), "float32")]:
        args = [array.astype(dtype) for array in draw(rng, n, t)[0]]
        help = "np.stack and np.concatenate want at least one array: fill an array made beforehand."
        assert_close(submission.probe.forward(args), np.empty((n, t, 2)), dtype=dtype, help=help)


@check("contract", depends_on=("test_all_steps", "test_every_state"))
def test_dtypes(submission, rng):
    """float32 gives float32 states and gradients, float16 float16; one float64 among them gives float64."""
    args, dh = draw(rng, d=3, norm=0.5)
    help = "Let NumPy promote the dtypes: no array or dtype of your own on the way that is fixed to float64."
    for dtype in ("float32", "float16"):
        given, end = [array.astype(dtype) for array in args], dh.astype(dtype)
        assert_close(submission.probe.forward(given), states(*in_float64(given)), dtype=dtype, help=help)
        expected = gradients(in_float64(given), end.astype(np.float64))
        tol = {"float32": 1e-5, "float16": 3e-2}[dtype]  # twelve roundings a gradient
        assert_gradients(submission.probe.backward(given, end), expected, dtype=dtype, tol=tol, help=help)
    for wide in range(len(args)):
        given = [array if i == wide else array.astype("float32") for i, array in enumerate(args)]
        assert_close(submission.probe.forward(given), states(*in_float64(given)), dtype="float64", tol=1e-6, help=help)
    end = dh.astype("float32")
    expected = gradients(args, end.astype(np.float64))
    assert_gradients(submission.probe.backward(args, end), expected, dtype="float64", help=help)


@check("contract", depends_on=("test_all_steps", "test_every_state"))
def test_lists_and_integers(submission, rng):
    """Lists, integers and booleans count as float64."""
    args, dh = draw(rng, d=3)
    whole = [rng.integers(-1, 2, size=array.shape) for array in args]
    end = rng.integers(-2, 3, size=dh.shape)
    cases = [
        ([array.tolist() for array in args], dh.tolist()),
        ([array.tolist() for array in whole], end.tolist()),
        (whole, end),
        ([array > 0 for array in whole], end > 0),
        ([(array + 1).astype(np.uint8) for array in whole], (end + 2).astype(np.uint8)),
    ]
    help = "Begin with np.asarray, and turn what is not floating into float64, dh included."
    for given, given_dh in cases:
        numbers, cotangent = in_float64(given), np.asarray(given_dh, np.float64)
        assert_close(submission.probe.forward(given), states(*numbers), dtype="float64", help=help)
        found = submission.probe.backward(given, given_dh)
        assert_gradients(found, gradients(numbers, cotangent), dtype="float64", help=help)


@check("contract", depends_on=("test_all_steps", "test_every_state"))
def test_memory_layout(submission, rng):
    """Fortran-ordered, reversed and strided arrays give what their values say."""
    args, dh = draw(rng, d=3)
    expected = gradients(args, dh)
    for returned in unpack(submission.probe.laid_out(args, dh), 3):
        h, found = unpack(returned, 2, what="states and gradients")
        assert_close(h, states(*args), help="Do not assume that an array lies in memory row by row.")
        assert_gradients(found, expected, help="Do not assume that an array lies in memory row by row.")


@check("contract", depends_on=("test_all_steps", "test_every_state"))
def test_second_round(submission, rng):
    """The same arrays, and the same cache, give the same results a second time."""
    args, dh = draw(rng, d=3)
    first, found, again, found_again = unpack(submission.probe.twice(args, dh), 4)
    help = "An argument or the cache was changed in place (+=, *=, out=, assignment to a slice). Make a new array."
    for h, grads in ((first, found), (again, found_again)):
        assert_close(h, states(*args), help=help)
        assert_gradients(grads, gradients(args, dh), help=help)


@check("contract", testimony=True, depends_on="test_one_step")
def test_manners(submission, rng):
    """No argument is changed, nothing is printed, and NumPy's generator and settings stay as they are."""
    args, dh = draw(rng)
    assert_unchanged(submission.probe.forward, args)
    assert_unchanged(submission.probe.backward, args, dh)


@check("rules")
def test_rules(submission, rng):
    """NumPy and the standard library only."""
    assert_shape(submission.probe.forward(draw(rng)[0]), (3, 4, 2))
    assert_rules(submission)
