"""Hidden grader of `simple_rnn`.

Secret weights are written into the candidate's parameters, found by shape: the sizes are such that none can be mistaken
for another, or for its transpose. Only the recurrent weight is square: it is symmetric wherever its orientation must
not matter. A layer's weights and bias may also lie side by side in one parameter. What comes out is compared with the
formula, step by step in float64, and every row on its own, so that padding does not exist there.
"""

from itertools import combinations, islice, permutations, product

import numpy as np
import torch

from etude.grading import as_array, assert_close, assert_shape, assert_true, check, entry, unpack

D, H, K = SIZES = (5, 8, 3)  # D + H is 13
PARTS = ("w_ih", "w_hh", "b_h", "w_out", "b_out")


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def oracle(x, parts, lengths=None):
    """The scores: each row by itself, up to its own last step."""
    w_ih, w_hh, b_h, w_out, b_out = (parts[name] for name in PARTS)
    scores = []
    for row, steps in zip(x, [x.shape[1]] * len(x) if lengths is None else lengths.tolist(), strict=True):
        h = torch.zeros(H, dtype=torch.float64)
        for x_t in row[:steps]:
            h = torch.tanh(w_ih @ x_t + w_hh @ h + b_h)
        scores.append(w_out @ h + b_out)
    return torch.stack(scores)


def random_parts(rng, symmetric=True, scale=0.9):
    """Weights of either sign; the recurrent one's norm is `scale`, so that a state neither dies out nor explodes."""
    w_hh = draw(rng, H, H)
    w_hh = w_hh + w_hh.T if symmetric else w_hh
    return {
        "w_ih": draw(rng, H, D) / np.sqrt(D),
        "w_hh": w_hh * scale / torch.linalg.matrix_norm(w_hh, 2),
        "b_h": draw(rng, H) / 2,
        "w_out": draw(rng, K, H),
        "b_out": draw(rng, K),
    }


# -- where the network's numbers may lie


def stripped(shape):
    return [size for size in shape if size != 1]


def stored(shapes, outputs, inputs):
    """Names of the parameters that may hold such a weight, and whether transposed."""
    for name, shape in shapes.items():
        for transposed, wanted in enumerate([[outputs, inputs], [inputs, outputs]]):
            if stripped(shape) == wanted:
                yield name, bool(transposed)
                break


def layouts(shapes, outputs, widths):
    """The ways to hold a layer: tuples of (parameter, parts side by side, transposed); the bias may stand apart."""
    *matrices, bias = widths
    stacks = [stack for count in range(1, 4) for stack in permutations(widths, count) if stack != (bias,)]
    found = [
        (name, stack, turned)
        for stack in stacks
        for name, turned in stored(shapes, outputs, sum(widths[part] for part in stack))
    ]
    for way in (*combinations(found[:50], 1), *combinations(found[:50], 2)):
        held = [part for _, stack, _ in way for part in stack]
        if len({name for name, *_ in way}) == len(way) and sorted(held) in (sorted(matrices), sorted(widths)):
            yield way


class Network:
    """The candidate's network with secret weights written into it."""

    def __init__(self, submission, rng, device):
        self.probe, self.rng, self.device = submission.probe, rng, device
        self.handle = submission.SimpleRNN.keep(*SIZES)
        self.shapes = shapes = self.probe.shapes(self.handle, torch.zeros(1, 2, D))
        assert_true(is_shapes(shapes), "the network's parameters could not be read")
        ways = [
            list(layouts(shapes, H, {"w_ih": D, "w_hh": H, "b_h": 1})),
            list(layouts(shapes, K, {"w_out": H, "b_out": 1})),
        ]
        assert_true(
            all(ways),
            "the weights of the two layers are not among the network's trainable parameters",
            returned=", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items()) or "no parameters",
            wanted=f"weights {(H, D)}, {(H, H)} and {(K, H)}, either way round, or {(H, D + H)} for the first two",
            help="Assign the layers to attributes in __init__ (or use nn.Sequential, nn.ModuleList, nn.Parameter).",
        )
        choices = [first + second for first, second in islice(product(*ways), 100)]
        x = draw(rng, 4, 3, D)
        for self.layout in choices:  # several where a parameter holds many parts: their order shows in the results
            inside = [part for _, stack, _ in self.layout for part in stack]
            self.biases = {
                part: [name for name, shape in shapes.items() if stripped(shape) == [size]]
                for part, size in (("b_h", H), ("b_out", K))
                if part not in inside
            }
            if len(choices) == 1 or same(oracle(x, self.load(random_parts(rng))), self.forward(x)):
                break

    def place(self, parts, split=0.0):
        """Values, or gradients, of the parts as the candidate's parameters hold them."""
        values = {}
        for name, stack, turned in self.layout:
            value = torch.cat([parts[part].reshape(len(parts[part]), -1) for part in stack], dim=1)
            values[name] = value.T if turned else value
        for part, names in self.biases.items():
            values |= dict.fromkeys(names[:1], parts[part])
        two = self.biases.get("b_h", [])[:2]
        if len(two) == 2:  # only the sum of the two matters
            values[two[0]], values[two[1]] = parts["b_h"] - split, parts["b_h"] * 0 + split
        return {name: value.reshape(self.shapes[name]) for name, value in values.items()}

    def load(self, parts, dtype="float64"):
        """Write the parts; returns what the network is now, in float64. A bias that is not there counts as zero."""
        kept = {name: part.to(getattr(torch, dtype)).double() for name, part in parts.items()}
        for part, names in self.biases.items():
            kept[part] = kept[part] if names else 0 * kept[part]
        self.probe.write(self.handle, self.place(kept, split=0.25), dtype, self.device)
        return kept

    def forward(self, x, **options):
        return self.probe.forward(self.handle, x, self.device, **options)


def is_shapes(shapes):
    """The worker's word is checked before anything is done with it."""
    return isinstance(shapes, dict) and all(
        isinstance(shape, list) and len(shape) < 9 and all(type(size) is int and size > 0 for size in shape)
        for shape in shapes.values()
    )


def same(expected, actual):
    found, wanted = as_array(actual), expected.detach().numpy()
    return found.shape == wanted.shape and found.dtype.kind == "f" and np.allclose(found, wanted, 1e-9, 1e-9)


def shuffled_lengths(rng):
    """Seven rows of up to six steps: a short one before a long one and after, 1 and 6 among them."""
    return torch.tensor([3, *rng.permutation([1, 6, 2, 4, 5]), 4])


# -- checks


@check("contract", points=1)
def test_shapes(submission, rng, device):
    """`SimpleRNN(input_size, hidden_size, output_size)` is an `nn.Module` from (N, T, inputs) to (N, outputs)."""
    for sizes, count, steps in [((4, 6, 2), 3, 5), ((1, 3, 1), 1, 1), ((2, 1, 1), 4, 4), ((3, 5, 7), 2, 1)]:
        x = draw(rng, count, steps, sizes[0]).float()
        for lengths in (None, torch.full((count,), steps)):
            found = submission.probe.shape(sizes, x, lengths)
            help = "One state a row goes into the head: (N, hidden) in, (N, outputs) out, sizes of one included."
            problem = f"the shape is wrong for {sizes} and x {tuple(x.shape)}"
            assert_true(found == [count, sizes[2]], problem, returned=str(found), wanted=[count, sizes[2]], help=help)


@check("contract", points=1, depends_on="test_shapes")
def test_parameters(submission, rng, device):
    """The weights of the recurrent layer and of the head are registered, trainable parameters."""
    Network(submission, rng, device)


@check("correctness", points=2, depends_on="test_parameters")
def test_one_step(submission, rng, device):
    """A single step: tanh of a linear map of x, from a state of zeros, and raw scores."""
    network = Network(submission, rng, device)
    parts, x = network.load(random_parts(rng)), 2 * draw(rng, 6, 1, D)
    help = "h = tanh(W x + b), then the head, which is linear: no softmax, no second tanh."
    assert_close(network.forward(x), oracle(x, parts), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_parameters")
def test_biases(submission, rng, device):
    """The recurrent layer and the head have a trainable bias each: zeros as input show what these make."""
    network = Network(submission, rng, device)
    help = "nn.RNN, nn.RNNCell and nn.Linear bring their biases: do not switch them off."
    for part, layer in (("b_h", "recurrent layer"), ("b_out", "head")):
        assert_true(network.biases.get(part) != [], f"the {layer} has no trainable bias", help=help)
    parts, x = network.load(random_parts(rng)), torch.zeros(2, 1, D, dtype=torch.float64)
    assert_close(network.forward(x), oracle(x, parts), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_parameters")
def test_last_step(submission, rng, device):
    """The head reads the state after the last step, which has come through all the others."""
    network = Network(submission, rng, device)
    parts = network.load(random_parts(rng))
    for count, steps in [(6, 4), (3, 20), (1, 2)]:
        x = draw(rng, count, steps, D)
        help = "Batch first: nn.RNN needs batch_first=True. The state goes on from step to step, not from row to row."
        assert_close(network.forward(x), oracle(x, parts), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_last_step")
def test_recurrent_weight(submission, rng, device):
    """Every weight between the hidden units counts, in one direction or the other."""
    network = Network(submission, rng, device)
    parts, x = network.load(random_parts(rng, symmetric=False)), draw(rng, 4, 5, D)
    actual = network.forward(x)
    turned = parts | {"w_hh": parts["w_hh"].T}
    wanted = turned if same(oracle(x, turned), actual) else parts
    assert_close(actual, oracle(x, wanted), dtype="float64", help="Use one and the same weight matrix at every step.")


@check("correctness", points=2, depends_on="test_parameters")
def test_lengths(submission, rng, device):
    """With `lengths`, each row's scores come from its own last step, in whatever order the lengths are."""
    network = Network(submission, rng, device)
    parts = network.load(random_parts(rng))
    for lengths in (shuffled_lengths(rng), torch.full((7,), 6)):
        x = draw(rng, 7, 6, D)
        help = "Row i is read at step lengths[i] - 1: states[torch.arange(N), lengths - 1]."
        assert_close(network.forward(x, lengths=lengths), oracle(x, parts, lengths), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_lengths")
def test_padding_cut_short(submission, rng, device):
    """The longest row may be shorter than T, and a single row may have padding."""
    network = Network(submission, rng, device)
    parts = network.load(random_parts(rng))
    for lengths in (torch.tensor([2, 4, 3]), torch.tensor([1]), torch.tensor([3, 3]), torch.ones(7, dtype=torch.int64)):
        x = draw(rng, len(lengths), 6, D)
        help = "`lengths` decides, not T: no row has to be as long as the tensor."
        assert_close(network.forward(x, lengths=lengths), oracle(x, parts, lengths), dtype="float64", help=help)


@check("stability", points=2, depends_on="test_lengths")
def test_nan_padding(submission, rng, device):
    """What lies behind a row's end cannot change its scores: not huge numbers, and not NaN."""
    network = Network(submission, rng, device)
    parts, lengths, x = network.load(random_parts(rng)), shuffled_lengths(rng), draw(rng, 7, 6, D)
    wanted, padding = oracle(x, parts, lengths), torch.arange(6) >= lengths[:, None]
    for filling in (1e6, float("nan")):
        x[padding] = filling
        help = "Choose states by index or torch.where: a mask that multiplies lets NaN through, since 0 * NaN is NaN."
        assert_close(network.forward(x, lengths=lengths), wanted, dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_one_step")
def test_training_mode(submission, rng, device):
    """Training mode gives what evaluation mode gives: no dropout."""
    network = Network(submission, rng, device)
    parts, x = network.load(random_parts(rng)), draw(rng, 6, 1, D)
    help = "Only the two layers were asked for."
    assert_close(network.forward(x, training=True), oracle(x, parts), dtype="float64", help=help)


@check("stability", points=1, depends_on="test_last_step")
def test_memory_layout(submission, rng, device):
    """Sequences that lie time first, features first or strided in memory give the same scores."""
    network = Network(submission, rng, device)
    parts, x = network.load(random_parts(rng)), draw(rng, 4, 6, D)
    for actual in unpack(network.probe.forward_laid_out(network.handle, x, device), 3):
        help = "Do not rely on how x lies in memory: view() does."
        assert_close(actual, oracle(x, parts), dtype="float64", help=help)


@check("contract", points=1, depends_on=("test_last_step", "test_lengths"))
def test_dtypes(submission, rng, device):
    """A network moved to float32 or bfloat16 gives scores of that dtype."""
    network = Network(submission, rng, device)
    for dtype, tol in [("float32", 1e-5), ("bfloat16", 5e-2)]:  # bfloat16 rounds after each step
        parts = network.load(random_parts(rng, scale=0.5), dtype)
        x, lengths = draw(rng, 4, 4, D).to(getattr(torch, dtype)), torch.tensor([4, 1, 3, 2])
        for given in (None, lengths):
            expected = oracle(x.double(), parts, given)
            help = "Leave the dtype as it comes; a first state of zeros needs that of x."
            assert_close(network.forward(x, lengths=given), expected, dtype=dtype, tol=tol, help=help)


@check("contract", points=1, depends_on="test_parameters")
def test_second_call(submission, rng, device):
    """A second call on the same tensors gives the same scores: nothing is remembered, and nothing written into them."""
    network = Network(submission, rng, device)
    parts, lengths, x = network.load(random_parts(rng)), shuffled_lengths(rng), draw(rng, 7, 6, D)
    help = "Start each call from zeros, and leave x and lengths alone: `lengths -= 1` writes into the caller's tensor."
    for training in (False, True):
        for actual in unpack(network.probe.forward_twice(network.handle, x, device, lengths, training), 2):
            assert_close(actual, oracle(x, parts, lengths), dtype="float64", help=help)


@check("gradient", points=1, depends_on="test_last_step")
def test_input_gradient(submission, rng, device):
    """Gradients reach every step of the input, and with `lengths` every step up to the row's end."""
    for lengths in (None, shuffled_lengths(rng)):
        _, actual, expected = gradients(submission, rng, device, lengths)
        help = "Carry the state from step to step as a tensor with its graph: no .detach(), .data or no_grad()."
        assert_close(entry(actual, "input"), expected["x"], dtype="float64", help=help)


@check("gradient", points=2, depends_on="test_last_step")
def test_parameter_gradients(submission, rng, device):
    """Gradients reach all weights and biases, through all steps, with `lengths` and without."""
    for lengths in (None, shuffled_lengths(rng)):
        assert_parameter_gradients(*gradients(submission, rng, device, lengths))


def assert_parameter_gradients(network, actual, expected):
    found = entry(actual, "parameters")
    turned = expected | {"w_hh": expected["w_hh"].T}
    wanted, other = network.place(expected), network.place(turned)
    for name in network.biases.get("b_h", [])[:2]:  # each of the two gets the whole gradient
        wanted[name] = other[name] = expected["b_h"].reshape(network.shapes[name])
    for name, gradient in wanted.items():
        value = entry(found, name)
        assert_shape(value, tuple(gradient.shape), help=f"No gradient reaches `{name}`.")
        gradient = other[name] if same(other[name], value) else gradient
        assert_close(value, gradient, dtype="float64", help=f"This is the gradient of `{name}`.")


def gradients(submission, rng, device, lengths):
    """The network, its own gradients, and the oracle's: of x and of the parts. Without lengths the rows are long."""
    network = Network(submission, rng, device)
    rows, steps = (7, 6) if lengths is not None else (2, 20)
    parts, x, cotangent = network.load(random_parts(rng)), draw(rng, rows, steps, D), draw(rng, rows, K)
    actual = network.probe.backward(network.handle, x, cotangent, device, lengths)
    leaves = {"x": x, **parts}
    for leaf in leaves.values():
        leaf.requires_grad_()
    score = (oracle(x, parts, lengths) * cotangent).sum()
    return network, actual, dict(zip(leaves, torch.autograd.grad(score, list(leaves.values())), strict=True))


@check("contract", points=1, depends_on="test_shapes")
def test_fresh_network_learns(submission, rng, device):
    """A fresh network can learn: its hidden units do not all start, and stay, the same."""
    x, cotangent = draw(rng, 32, 4, 6).float(), draw(rng, 32, 4).float()
    scores = submission.probe.fresh_after_training((6, 16, 4), x, cotangent, 0.01)
    assert_shape(scores, (32, 4))
    values = as_array(scores).astype(np.float64)
    assert_true(bool(np.isfinite(values).all()), "a fresh network gives NaN or infinite scores")
    spread = np.linalg.svd(values - values.mean(0), compute_uv=False)
    assert_true(
        spread[1] > 1e-3 * spread[0],
        "after one step of training, all scores are still multiples of one hidden value",
        help="Units that start equal get equal gradients: start from random weights, as torch's layers do.",
    )


@check("contract", points=1, depends_on="test_shapes", testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a network draws from torch's generator at most: nothing is re-seeded, printed or set."""
    sizes, x, lengths = (4, 6, 2), draw(rng, 3, 4, 4).float(), torch.tensor([2, 4, 1])
    one, other = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = submission.probe.draws_after([one, one, other], sizes, x, lengths)
    assert_shape(draws, (3, 4))
    first, again, second = as_array(draws).tolist()
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(first == again != second, "torch's global generator was re-seeded", help=help)
    seen = submission.probe.build_and_call.observe(sizes, x, lengths, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
    asked = any(getattr(argument, "requires_grad", False) for argument in seen.args)
    assert_true(not asked, "the input has requires_grad set", help="Whether x gets a gradient is the caller's choice.")
