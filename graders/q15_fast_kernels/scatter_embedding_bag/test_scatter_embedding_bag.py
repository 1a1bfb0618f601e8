"""Hidden grader of `embedding_bag` and `embedding_bag_backward`. The oracle goes through the bags one by one."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import assert_close, assert_raises, assert_rules, assert_true, assert_unchanged, check, unpack

MODES = ("sum", "mean", "max")
FORWARD = ("test_sum", "test_mean", "test_max")
BACKWARD = ("test_sum_gradient", "test_mean_gradient", "test_max_gradient")
SIZES = [(60, 6, 8, 5), (40, 1, 9, 1), (30, 9, 3, 4), (7, 7, 12, 6)]  # indices, bags, rows, columns


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_bags(rng, total, bags, rows, filled=True):
    """Indices and offsets. Where `filled`, no bag is empty; else the first, the last and one between are."""
    if filled:
        starts = [0, *(1 + rng.permutation(total - 1)[: bags - 1])]
    else:
        inner = rng.integers(1, total, size=bags - 4)
        starts = [0, 0, *inner, inner[0], total]
    return torch.from_numpy(rng.integers(rows, size=total)), torch.from_numpy(np.sort(np.asarray(starts, np.int64)))


def draw_all(rng, total=60, bags=6, rows=8, columns=5, filled=True):
    """Weight, indices, offsets and the gradient at the result."""
    return draw(rng, rows, columns), *draw_bags(rng, total, bags, rows, filled), draw(rng, bags, columns)


def bags_of(indices, offsets):
    return np.split(indices.numpy(), offsets.numpy()[1:])[: len(offsets)]


def oracle(weight, indices, offsets, mode="sum"):
    weight = weight.double().numpy()
    reduce = {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
    result = np.zeros((len(offsets), weight.shape[1]))
    for row, bag in zip(result, bags_of(indices, offsets), strict=True):
        if len(bag):
            row[:] = reduce(weight[bag], axis=0)
    return result


def oracle_gradient(grad_output, weight, indices, offsets, mode="sum"):
    weight, grad = weight.double().numpy(), np.zeros(tuple(weight.shape))
    for share, bag in zip(grad_output.double().numpy(), bags_of(indices, offsets), strict=True):
        if len(bag) and mode == "max":
            grad[bag[weight[bag].argmax(0)], np.arange(weight.shape[1])] += share
        elif len(bag):
            np.add.at(grad, bag, share / len(bag) if mode == "mean" else share)
    return grad


def assert_forward(submission, weight, indices, offsets, mode, help):
    actual = submission.embedding_bag(weight, indices, offsets, mode)
    assert_close(actual, oracle(weight, indices, offsets, mode), dtype="float64", help=help)


def assert_backward(submission, weight, indices, offsets, grad, mode, help):
    actual = submission.embedding_bag_backward(grad, weight, indices, offsets, mode)
    assert_close(actual, oracle_gradient(grad, weight, indices, offsets, mode), dtype="float64", help=help)


def assert_both(actual, weight, indices, offsets, grad, mode, help, dtype="float64"):
    result, gradient = unpack(actual, 2, "the result and the gradient")
    assert_close(result, oracle(weight, indices, offsets, mode), dtype=dtype, help=help)
    assert_close(gradient, oracle_gradient(grad, weight, indices, offsets, mode), dtype=dtype, help=help)


@check("correctness", points=2)
def test_sum(submission, rng):
    """The sum (the default): a bag's rows added up, each as often as it occurs; the last bag goes to the end."""
    help = "Bag b is indices[offsets[b] : offsets[b + 1]]; an index that occurs twice in it counts twice."
    for sizes in SIZES:
        weight, indices, offsets, _ = draw_all(rng, *sizes)
        actual = submission.embedding_bag(weight, indices, offsets)
        assert_close(actual, oracle(weight, indices, offsets), dtype="float64", help=help)


@check("correctness", points=1)
def test_mean(submission, rng):
    """The mean: the sum over the number of indices in the bag."""
    for sizes in SIZES:
        help = "Divide by the bag's length, in which a repeated index counts each time."
        assert_forward(submission, *draw_all(rng, *sizes)[:3], "mean", help)


@check("correctness", points=2)
def test_max(submission, rng):
    """The maximum: the largest entry of each column, where all are negative too."""
    for shift, sizes in zip((0, -9, -9, 9), SIZES, strict=True):
        weight, indices, offsets, _ = draw_all(rng, *sizes)
        help = "Column by column, and not starting from 0: the largest of negative numbers is negative."
        assert_forward(submission, weight + shift, indices, offsets, "max", help)


@check("correctness", points=2, depends_on=FORWARD)
def test_empty_bags(submission, rng):
    """Empty bags (at the start, in between, at the end) give zeros in each mode, and the others are as always."""
    help = "Not 0/0, not -inf, and not the row at offsets[b], which belongs to a later bag: zeros were asked for."
    for mode in MODES:
        for total, bags in [(30, 9), (12, 5), (3, 12)]:
            weight, indices, offsets, _ = draw_all(rng, total, bags, filled=False)
            assert_forward(submission, weight, indices, offsets, mode, help)


@check("stability", points=1, depends_on="test_empty_bags")
def test_infinite_weights(submission, rng):
    """The maximum of nothing but -inf is -inf, of an empty bag zero."""
    weight, indices, offsets, _ = draw_all(rng, 40, 12, 6, 7, filled=False)
    weight = weight.masked_fill(torch.from_numpy(rng.random((6, 7)) < 0.4), -torch.inf)
    weight[indices[0]] = -torch.inf
    indices[: int(offsets[2])] = indices[0]
    help = "Find empty bags by their lengths: -inf may be a weight."
    assert_forward(submission, weight, indices, offsets, "max", help)


@check("gradient", points=2)
def test_sum_gradient(submission, rng):
    """The gradient of "sum", the default: a row that occurs several times collects every share, others get zeros."""
    help = "Each index adds its bag's gradient to its row. grad[indices] += … keeps one share of several: accumulate."
    for sizes in SIZES:
        weight, indices, offsets, grad = draw_all(rng, *sizes)
        weight = torch.cat([weight, weight[:2]])  # rows that do not occur
        actual = submission.embedding_bag_backward(grad, weight, indices, offsets)
        assert_close(actual, oracle_gradient(grad, weight, indices, offsets), dtype="float64", help=help)


@check("gradient", points=1)
def test_mean_gradient(submission, rng):
    """The gradient of "mean"."""
    help = "Each share is the bag's gradient over the bag's length."
    for sizes in SIZES:
        assert_backward(submission, *draw_all(rng, *sizes), "mean", help)


@check("gradient", points=2)
def test_max_gradient(submission, rng):
    """The gradient of "max": each column's goes to the entry that is largest there."""
    help = "Every column of a bag has a row of its own that wins; a row may win in several bags, and collects then."
    for bags, rows, columns in [(20, 20, 5), (1, 20, 4), (12, 30, 1)]:
        lengths = np.append(rng.integers(1, 19, size=bags - 1), 10)
        indices = torch.from_numpy(np.concatenate([rng.permutation(rows)[:length] for length in lengths]))
        offsets = torch.from_numpy(np.append(0, lengths.cumsum()[:-1]))
        assert_backward(submission, draw(rng, rows, columns), indices, offsets, draw(rng, bags, columns), "max", help)


@check("gradient", points=2, depends_on="test_max_gradient")
def test_max_gradient_of_equal_entries(submission, rng):
    """The gradient of "max" where entries are equal, infinite ones too: all of it goes to the first of the bag."""
    help = "First in the bag's order, not the lowest row; neither to all nor shared out. Keep the smallest position."
    for total, bags, rows, columns in [(60, 6, 8, 7), (80, 4, 30, 5), (40, 1, 12, 9)]:
        _, indices, offsets, grad = draw_all(rng, total, bags, rows, columns)
        weight = torch.from_numpy(rng.integers(-1, 2, size=(rows, columns)).astype(np.float64))
        assert_backward(submission, weight, indices, offsets, grad, "max", help)
        infinite = "An infinite weight is the largest of its bag like any other: its entry gets the gradient."
        assert_backward(submission, weight / (weight == 0), indices, offsets, grad, "max", infinite)


@check("gradient", points=1, depends_on=("test_empty_bags", *BACKWARD))
def test_empty_bags_gradient(submission, rng):
    """The gradient of an empty bag goes nowhere, in each mode."""
    help = "An empty bag has no entry: leave its gradient out (and divide no bag by a length of 0)."
    for mode in MODES:
        for total, bags in [(30, 9), (12, 5), (3, 12)]:
            assert_backward(submission, *draw_all(rng, total, bags, filled=False), mode, help)


@check("stability", points=2, depends_on=("test_sum", "test_sum_gradient"))
def test_many_indices(submission, rng):
    """40,000 indices in float32, in small bags: no bag suffers from what the others add up to."""
    weight = 100 + draw(rng, 500, 4).float()
    indices = torch.from_numpy(rng.integers(500, size=40_000))
    offsets = 10 * torch.arange(4000) + torch.from_numpy(np.concatenate([[0], rng.integers(-4, 5, size=3999)]))
    grad = 100 + draw(rng, 4000, 4).float()
    actual = unpack(submission.probe.both(weight, indices, offsets, grad), 2)
    help = "Differences of prefix sums lose the digits that the total takes: add up each bag by itself."
    for found, wanted in zip(actual, library(weight, indices, offsets, grad, torch.float64), strict=True):
        assert_close(found, wanted, dtype="float32", help=help)


def library(weight, indices, offsets, grad, dtype=torch.float32):
    """torch's own result for "sum", and its gradient."""
    weight = weight.detach().to(dtype).requires_grad_()
    result = functional.embedding_bag(indices, weight, offsets, mode="sum")
    return result.detach(), torch.autograd.grad(result, weight, grad.to(dtype))[0]


@check("contract", points=1, depends_on=(*FORWARD, *BACKWARD))
def test_dtypes(submission, rng):
    """float32 comes back as float32, in each mode."""
    for mode in MODES:
        weight, indices, offsets, grad = draw_all(rng)
        weight, grad = weight.float(), grad.float()
        actual = submission.probe.both(weight, indices, offsets, grad, mode)
        help = "Results have weight's dtype: mind the dtype of lengths that you divide by."
        assert_both(actual, weight, indices, offsets, grad, mode, help, "float32")


@check("contract", points=1, depends_on=("test_empty_bags", "test_empty_bags_gradient"))
def test_nothing_to_add(submission, rng):
    """No bags, no indices, no rows and no columns are legal: (B, D) and (V, D) come back, of zeros."""
    for mode in MODES:
        for bags, total, rows, columns in [(0, 0, 4, 3), (5, 0, 4, 3), (5, 0, 0, 3), (0, 0, 0, 3), (6, 9, 4, 0)]:
            weight, grad = draw(rng, rows, columns), draw(rng, bags, columns)
            indices, offsets = torch.zeros(total, dtype=torch.int64), torch.zeros(bags, dtype=torch.int64)
            actual = submission.probe.both(weight, indices, offsets, grad, mode)
            help = "Shapes come from weight and offsets, not from the indices; a minimum over nothing is an error."
            assert_both(actual, weight, indices, offsets, grad, mode, help)


@check("contract", points=1, depends_on=(*FORWARD, *BACKWARD))
def test_memory_layout(submission, rng):
    """Tensors that are not contiguous, and a gradient that is one row for all bags, give the same results."""
    for mode in MODES:
        weight, indices, offsets, grad = draw_all(rng)
        actual = submission.probe.laid_out(weight, indices, offsets, grad, mode)
        grad = grad[:1].expand(grad.shape)
        help = "view() and writing in place need memory of their own; reshape and new tensors do not."
        assert_both(actual, weight, indices, offsets, grad, mode, help)


@check("contract", points=1, depends_on=(*FORWARD, *BACKWARD))
def test_second_call(submission, rng):
    """A second call on the same tensors gives the same results."""
    for mode in MODES:
        inputs = draw_all(rng)
        help = "weight, indices, offsets and grad_output belong to the caller: write into tensors of your own."
        assert_both(submission.probe.twice(*inputs, mode), *inputs, mode, help)


@check("contract", points=1, depends_on=(*FORWARD, *BACKWARD), testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting or random state."""
    for mode in MODES:
        weight, indices, offsets, grad = draw_all(rng)
        help = "The arguments belong to the caller, and so do torch's settings and its generator."
        assert_unchanged(submission.embedding_bag, weight, indices, offsets, mode, help=help)
        assert_unchanged(submission.embedding_bag_backward, grad, weight, indices, offsets, mode, help=help)


def assert_refused(submission, weight, indices, offsets, grad, modes, help):
    for mode in modes:
        assert_raises(ValueError, submission.embedding_bag, weight, indices, offsets, mode, help=help)
        assert_raises(ValueError, submission.embedding_bag_backward, grad, weight, indices, offsets, mode, help=help)


@check("errors", points=1, depends_on="test_sum")
def test_unknown_mode(submission, rng):
    """ValueError for another mode than the three, in both functions."""
    help = "Compare mode with the three names before anything else, for empty input too."
    assert_refused(submission, *draw_all(rng), ("min", "Sum", "", "maximum", "add"), help)
    none = torch.zeros(0, dtype=torch.int64)
    assert_refused(submission, draw(rng, 4, 3), none, none, draw(rng, 0, 3), ("median",), help)


@check("errors", points=1, depends_on="test_sum")
def test_indices_out_of_range(submission, rng):
    """ValueError for indices below 0 or from V on, in both functions."""
    help = "Indexing raises IndexError from V on, and counts negative ones from the end: check before you index."
    for value in (-1, -8, -9, 8, 9, 1 << 40):
        weight, indices, offsets, grad = draw_all(rng)
        indices[int(rng.integers(len(indices)))] = value
        assert_refused(submission, weight, indices, offsets, grad, MODES[: 1 + 2 * (value in (-1, 8))], help)
    assert_refused(submission, weight[:0], torch.zeros_like(indices), offsets, grad, ("sum",), help)


@check("errors", points=2, depends_on="test_sum")
def test_offsets(submission, rng):
    """ValueError for offsets that do not start at 0, decrease or pass T, and for indices without bags, in both."""
    help = "With T at their end, offsets start at 0 and never decrease: no bag has a negative length, none passes T."
    for wrong in ([1, 9], [-1, 9], [60], [0, 9, 8, 20], [0, 61], [0, 61, 62], [0, 70, 20], [0, -1, 20], []):
        weight, indices, _, _ = draw_all(rng)
        offsets = torch.tensor(wrong, dtype=torch.int64)
        assert_refused(submission, weight, indices, offsets, draw(rng, len(wrong), 5), ("sum", "max"), help)
    none = torch.zeros(0, dtype=torch.int64)
    for wrong in ([1], [0, 1]):
        assert_refused(submission, weight, none, torch.tensor(wrong), draw(rng, len(wrong), 5), ("mean",), help)


@check("errors", points=1, depends_on="test_sum_gradient")
def test_gradient_of_another_shape(submission, rng):
    """ValueError for a `grad_output` that is not (B, D), also where it would broadcast."""
    help = "Compare grad_output's shape with (B, D): it must not broadcast, nor be longer than the bags."
    for shape in [(5,), (1, 5), (6, 1), (), (7, 5), (5, 5), (6, 4), (6, 6), (6, 5, 1), (1, 6, 5), (5, 6)]:
        weight, indices, offsets, _ = draw_all(rng)
        for mode in ("sum", "max"):
            grad = draw(rng, *shape)
            assert_raises(
                ValueError, submission.embedding_bag_backward, grad, weight, indices, offsets, mode, help=help
            )


@check("rules", points=1, depends_on=("test_sum", "test_sum_gradient"))
def test_rules(submission, rng):
    """The lookup, the reduction and its gradient are written out."""

    def run(watched):
        for mode in MODES:
            weight, indices, offsets, grad = draw_all(rng)
            watched.embedding_bag(weight, indices, offsets, mode)
            watched.embedding_bag_backward(grad, weight, indices, offsets, mode)

    assert_rules(submission, run, help="A gather, a scatter that accumulates, and no autograd.")


def draw_large(rng, total, bags, rows, columns):
    indices, offsets = draw_bags(rng, total, bags, rows)
    weight, grad = (torch.from_numpy(rng.standard_normal((n, columns), np.float32)) for n in (rows, bags))
    return weight, indices, offsets, grad


def verify_large(actual, *inputs):
    for found, wanted in zip(unpack(actual, 2), library(*inputs), strict=True):
        assert_close(found, wanted, dtype="float32")


@check("speed", points=2, depends_on=("test_sum", "test_sum_gradient"))
def test_speed(submission, rng, clock):
    """The sum, both ways, of float32 (20000, 64) by 100,000 indices in 5,000 bags, beside the reference's time."""
    clock.assert_ratio(
        "probe.both",
        lambda scale=1: draw_large(rng, int(100_000 * scale), int(5_000 * scale), 20_000, 64),
        verify=verify_large,
        help="All indices at once: a gather and a scatter each way, no loop over bags and no matrix of counts.",
    )


@check("correctness", points=1, depends_on=(*FORWARD, *BACKWARD), device="cuda")
def test_cuda(submission, rng):
    """On a GPU, float32, in each mode: right, and the results stay there."""
    for mode in MODES:
        weight, indices, offsets, grad = draw_all(rng, 3000, 90, 40, 33, filled=False)
        weight, grad = weight.float(), grad.float()
        actual = submission.probe.both(weight, indices, offsets, grad, mode)
        help = "Make new tensors on weight's device: weight.new_zeros(…), torch.arange(…, device=weight.device)."
        assert_both(actual, weight, indices, offsets, grad, mode, help, "float32")
        for found in unpack(actual, 2):
            device = str(getattr(found, "device", "cpu"))
            assert_true(device.startswith("cuda"), "the result is on another device", returned=device, help=help)


@check("speed", points=2, depends_on="test_cuda", device="cuda")
def test_cuda_speed(submission, rng, clock):
    """On a GPU, the sum of float32 (40000, 64) by 1,000,000 indices in 20,000 bags, beside the reference's time."""
    clock.assert_ratio(
        "probe.both",
        lambda: draw_large(rng, 1_000_000, 20_000, 40_000, 64),
        verify=verify_large,
        help="Few kernels, and few answers that the host must wait for: .item(), bool(…) and if on a tensor.",
    )
