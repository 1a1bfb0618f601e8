"""Hidden grader of `feedforward_nn`.

Secret weights are written into the candidate's parameters, found by shape: the three sizes differ, so that a weight,
or its transpose, can be mistaken for nothing else. What comes out is compared with the formula in float64. Three
regimes keep the faults apart: all hidden units on (two linear maps), zero input, and a mixture.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_shape,
    assert_true,
    check,
    entry,
)

SIZES = (5, 8, 3)  # all different, and none of them another one plus one
NO_BIAS = "Both layers have a bias (nn.Linear brings one): without it every kink passes through the origin."


@dataclass(frozen=True)
class Layer:
    """Weight (outputs, inputs) and bias (outputs,), in float64."""

    weight: torch.Tensor
    bias: torch.Tensor


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_layer(rng, inputs, outputs):
    return Layer(draw(rng, outputs, inputs), draw(rng, outputs))


@dataclass(frozen=True)
class Oracle:
    """The network as it should be."""

    hidden: Layer
    output: Layer

    def __call__(self, x):
        return torch.clamp(x @ self.hidden.weight.T + self.hidden.bias, min=0) @ self.output.weight.T + self.output.bias


# -- where a layer's numbers may lie


def fits(shape, wanted):
    """The same dimensions, apart from ones (a bias may be (1, out), a 1x1 convolution's weight (out, in, 1))."""
    return [size for size in shape if size != 1] == list(wanted)


def as_weight(shape, transposed):
    return lambda layer: (layer.weight.T if transposed else layer.weight).reshape(shape)


def as_augmented(shape, transposed, bias_first):
    """The bias as a further column of the weight."""

    def place(layer):
        column = layer.bias[:, None]
        joined = torch.cat([column, layer.weight] if bias_first else [layer.weight, column], 1)
        return (joined.T if transposed else joined).reshape(shape)

    return place


def placements(shapes, inputs, outputs):
    """The ways in which parameters may hold one layer: {name: function of the layer}, and whether it has a bias."""
    biases = [(name, shape) for name, shape in shapes.items() if fits(shape, (outputs,))]
    for name, shape in shapes.items():
        for transposed, wanted in enumerate([(outputs, inputs), (inputs, outputs)]):
            if fits(shape, wanted):
                found = {name: as_weight(shape, transposed)}
                for bias, bias_shape in biases:
                    yield found | {bias: lambda layer, to=bias_shape: layer.bias.reshape(to)}, True
                if not biases:
                    yield found, False
        for transposed, wanted in enumerate([(outputs, inputs + 1), (inputs + 1, outputs)]):
            if fits(shape, wanted):
                yield from (({name: as_augmented(shape, transposed, first)}, True) for first in (False, True))


# -- a network in the worker whose weights we know


class Network:
    """The candidate's network with secret weights written into it."""

    def __init__(self, submission, device, rng):
        self.device, self.probe = device, submission.probe
        self.handle = submission.FeedForwardNN.keep(*SIZES)
        shapes = self.probe.shapes(self.handle, SIZES[0])
        assert_true(is_shapes(shapes), "the network's parameters could not be read")
        inputs, hidden, outputs = SIZES
        pairs = product(placements(shapes, inputs, hidden), placements(shapes, hidden, outputs))
        layouts = [pair for pair in pairs if not set(pair[0][0]) & set(pair[1][0])]
        assert_true(
            bool(layouts),
            "no weights of the two layers among the network's trainable parameters",
            returned=", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items()) or "no parameters",
            wanted=f"a weight {(hidden, inputs)} and a weight {(outputs, hidden)}, either way round",
            help="Assign the layers to attributes in __init__ (or use nn.Sequential, nn.ModuleList, nn.Parameter).",
        )
        rows = draw(rng, 6, SIZES[0])
        for layout in layouts:  # more than one only where a bias lies in its weight: which one shows in the results
            self.layout, self.has_biases = layout, tuple(has_bias for _, has_bias in layout)
            if len(layouts) == 1 or same(self.load_random(rng)(rows), self.forward(rows)):
                break

    def place(self, *layers):
        """Values, or gradients, of the layers as the candidate's parameters hold them."""
        return {
            name: place(layer)
            for (names, _), layer in zip(self.layout, layers, strict=True)
            for name, place in names.items()
        }

    def load(self, hidden, output, dtype="float64"):
        """Write the layers; returns what the network is now, in float64."""
        kept = [
            Layer(rounded(layer.weight, dtype), rounded(layer.bias if has_bias else 0 * layer.bias, dtype))
            for layer, has_bias in zip((hidden, output), self.has_biases, strict=True)
        ]
        self.probe.write(self.handle, self.place(*kept), dtype, self.device)
        return Oracle(*kept)

    def load_random(self, rng, dtype="float64"):
        """A mixture of hidden units on and off."""
        return self.load(draw_layer(rng, *SIZES[:2]), draw_layer(rng, *SIZES[1:]), dtype)

    def load_open(self, rng, dtype="float64"):
        """Every hidden unit near 3 and every score positive, where ReLU, ReLU6 and no ReLU at all are the same."""
        hidden, output = draw_layer(rng, *SIZES[:2]), draw_layer(rng, *SIZES[1:])
        near = Layer(0.1 * hidden.weight, 0.1 * hidden.bias + 3)
        return self.load(near, Layer(output.weight, output.bias + 1000), dtype)

    def forward(self, x, **options):
        return self.probe.forward(self.handle, x, self.device, **options)


def same(expected, actual):
    actual = as_array(actual)
    return actual.shape == expected.shape and np.allclose(actual, expected.numpy())


def rounded(tensor, dtype):
    return tensor.to(getattr(torch, dtype)).double()


def is_shapes(shapes):
    """The worker's word is checked before anything is done with it."""
    return (
        isinstance(shapes, dict)
        and len(shapes) <= 50
        and all(
            isinstance(name, str)
            and isinstance(shape, list)
            and len(shape) < 5
            and all(type(size) is int for size in shape)
            for name, shape in shapes.items()
        )
    )


# -- checks


@check("contract", points=1)
def test_module(submission, rng, device):
    """`FeedForwardNN(input_size, hidden_size, output_size)` is an `nn.Module` from (N, inputs) to (N, outputs)."""
    network = submission.FeedForwardNN.keep(input_size=4, hidden_size=6, output_size=2)
    assert_true(
        submission.probe.is_module(network) is True,
        "the network is no nn.Module",
        help="Derive the class from torch.nn.Module.",
    )
    scores = network(draw(rng, 7, 4).float())
    assert_true(isinstance(scores, TensorValue), "the result is no tensor")
    assert_shape(scores, (7, 2))


@check("contract", points=1, depends_on="test_module")
def test_parameters(submission, rng, device):
    """The weights of both layers are registered, trainable parameters."""
    Network(submission, device, rng)


@check("correctness", points=2, depends_on="test_parameters")
def test_linear_layers(submission, rng, device):
    """With every hidden unit on, the network is its two linear layers in a row, and its output raw scores."""
    network = Network(submission, device, rng)
    hidden, output = draw_layer(rng, *SIZES[:2]), draw_layer(rng, *SIZES[1:])
    high = Layer(hidden.weight, hidden.bias.abs() + 100)
    expected = network.load(high, Layer(output.weight, output.bias - output.weight @ high.bias))  # either sign
    x = draw(rng, 20, SIZES[0])
    help = (
        "Where ReLU lets everything through, only the two linear maps remain: no softmax, sigmoid or ReLU at the end."
    )
    assert_close(network.forward(x), expected(x), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_parameters")
def test_biases(submission, rng, device):
    """Both layers have a trainable bias: an input of zeros gives the scores that the biases alone make."""
    network = Network(submission, device, rng)
    assert_true(all(network.has_biases), "a layer has no trainable bias", help=NO_BIAS)
    expected = network.load_open(rng)
    x = torch.zeros(4, SIZES[0], dtype=torch.float64)
    assert_close(network.forward(x), expected(x), dtype="float64", help=NO_BIAS)


@check("correctness", points=2, depends_on="test_parameters")
def test_relu(submission, rng, device):
    """Between the layers stands ReLU: hidden units below zero add nothing."""
    network = Network(submission, device, rng)
    expected = network.load_random(rng)
    x = 2 * draw(rng, 40, SIZES[0])
    help = "relu(z) is z where z > 0 and exactly 0 elsewhere; it stands after the first layer and nowhere else."
    assert_close(network.forward(x), expected(x), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_parameters")
def test_training_mode(submission, rng, device):
    """Training mode gives what evaluation mode gives: no dropout, no batch statistics."""
    network = Network(submission, device, rng)
    expected = network.load_open(rng)
    x = draw(rng, 12, SIZES[0])
    assert_close(
        network.forward(x, training=True),
        expected(x),
        dtype="float64",
        help="Only linear, ReLU, linear were asked for.",
    )


@check("correctness", points=2, depends_on="test_parameters")
def test_leading_dimensions(submission, rng, device):
    """Any number of batch dimensions may stand before the features."""
    network = Network(submission, device, rng)
    expected = network.load_open(rng)
    help = "The layers act on the last dimension only: no flatten, no view to two dimensions."
    for leading in [(2, 3), (4, 1), (2, 1, 4), (3, 1, 2, 2)]:
        x = draw(rng, *leading, SIZES[0])
        assert_close(network.forward(x), expected(x), dtype="float64", help=help)
    x = draw(rng, SIZES[0])  # none at all; some right answers give it a batch dimension of one
    assert_close(as_array(network.forward(x)).reshape(-1), expected(x), help=help)


@check("contract", points=1, depends_on="test_module")
def test_sizes_of_one(submission, rng, device):
    """One row, one input, one output: the dimensions stay."""
    help = "squeeze() drops every dimension of one, the batch's included."
    for sizes, rows in [((4, 6, 1), 5), ((1, 6, 2), 1), ((4, 1, 1), 1)]:
        network = submission.FeedForwardNN.keep(*sizes)
        assert_shape(network(draw(rng, rows, sizes[0]).float()), (rows, sizes[2]), help=help)


@check("stability", points=1, depends_on="test_parameters")
def test_strided_input(submission, rng, device):
    """Input whose memory is not contiguous gives the same scores."""
    network = Network(submission, device, rng)
    expected = network.load_open(rng)
    x = draw(rng, 3, 4, SIZES[0])
    actual = submission.probe.forward_strided(network.handle, x, device)
    assert_close(actual, expected(x), dtype="float64", help="view() needs contiguous memory; leave the shape alone.")


@check("contract", points=1, depends_on="test_parameters")
def test_dtypes(submission, rng, device):
    """A network moved to float32 or bfloat16 gives results of that dtype."""
    network = Network(submission, device, rng)
    for dtype, tol in [("float32", 1e-5), ("bfloat16", 3e-2)]:  # bfloat16 rounds the hidden layer, too
        expected = network.load_open(rng, dtype)
        x = draw(rng, 6, SIZES[0]).to(getattr(torch, dtype))
        assert_close(
            network.forward(x), expected(x.double()), dtype=dtype, tol=tol, help="Leave the dtype as it comes."
        )


@check("contract", points=1, depends_on="test_parameters")
def test_input_unchanged(submission, rng, device):
    """A second call on the same tensor gives the same scores: the input is left as it was."""
    network = Network(submission, device, rng)
    expected = network.load_open(rng)
    x = 2 * draw(rng, 10, SIZES[0])
    actual = submission.probe.forward_again(network.handle, x, device)
    assert_close(
        actual, expected(x), dtype="float64", help="Operations whose name ends in an underscore, and +=, write into x."
    )


@check("gradient", points=1, depends_on="test_relu")
def test_input_gradient(submission, rng, device):
    """Gradients reach the input."""
    actual, expected, _ = gradients(submission, rng, device)
    help = "Stay with tensors from input to output: .detach(), .data and no_grad() cut the graph."
    assert_close(entry(actual, "input"), expected[0], dtype="float64", help=help)


@check("gradient", points=2, depends_on="test_relu")
def test_parameter_gradients(submission, rng, device):
    """Gradients reach the weights and biases of both layers."""
    actual, expected, network = gradients(submission, rng, device)
    found = entry(actual, "parameters")
    wanted = network.place(Layer(*expected[1:3]), Layer(*expected[3:5]))
    for name, gradient in wanted.items():
        help = f"This is the gradient of `{name}`."
        assert_close(entry(found, name), gradient, dtype="float64", help=help)


def gradients(submission, rng, device):
    """The candidate's, the oracle's (of x, weight, bias, weight, bias), and the network; hidden units on and off."""
    network = Network(submission, device, rng)
    hidden, output = draw_layer(rng, *SIZES[:2]), draw_layer(rng, *SIZES[1:])
    oracle = network.load(hidden, output)
    x, cotangent = 2 * draw(rng, 40, SIZES[0]), draw(rng, 40, SIZES[2])
    actual = submission.probe.backward(network.handle, x, cotangent, device)
    leaves = [x, *(tensor for layer in (oracle.hidden, oracle.output) for tensor in (layer.weight, layer.bias))]
    for leaf in leaves:
        leaf.requires_grad_()
    return actual, torch.autograd.grad((oracle(x) * cotangent).sum(), leaves), network


@check("contract", points=1, depends_on="test_module")
def test_fresh_network_learns(submission, rng, device):
    """A fresh network can learn: its hidden units do not all start, and stay, the same."""
    x, cotangent = draw(rng, 64, 6).float(), draw(rng, 64, 4).float()
    scores = submission.probe.fresh_after_training((6, 16, 4), x, cotangent, 0.01)
    assert_shape(scores, (64, 4))
    values = as_array(scores).astype(np.float64)
    assert_true(bool(np.isfinite(values).all()), "a fresh network gives NaN or infinite scores")
    sizes = np.linalg.svd(values - values.mean(0), compute_uv=False)
    assert_true(
        sizes[1] > 1e-3 * sizes[0],
        "after one step of training, all scores are still multiples of one hidden value",
        help="Hidden units that start equal get equal gradients: start from random weights, as nn.Linear does.",
    )


@check("contract", points=1, depends_on="test_module", testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a network draws from torch's generator at most: nothing is re-seeded, printed or set."""
    x = draw(rng, 3, 4).float()
    first, second = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = [as_array(submission.probe.draws_around(seed, (4, 6, 2), x)) for seed in (first, first, second)]
    help = "torch.manual_seed inside a network takes the choice of a seed from whoever uses it."
    same = [draws[0].shape == other.shape and bool((draws[0] == other).all()) for other in draws[1:]]
    assert_true(same == [True, False], "torch's global generator was re-seeded", help=help)
    seen = submission.probe.build_and_call.observe((4, 6, 2), x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
    asked = any(getattr(argument, "requires_grad", False) for argument in seen.args)
    assert_true(not asked, "the input has requires_grad set", help="Whether x gets a gradient is the caller's choice.")
