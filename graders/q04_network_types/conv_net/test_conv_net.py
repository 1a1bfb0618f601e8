"""Hidden grader of `conv_net`.

Secret weights are written into the candidate's parameters, found by shape: the sizes are such that none can be mistaken
for another, or a matrix for its transpose. A convolution's weight may lie in any order of its axes, some of them joined
(a matrix for unfolded images, say). What comes out is compared with torch's functions in float64. In which order
channels, rows and columns are flattened is free: most checks write the same weight for every position and channel, so
that no order matters, and the others accept every order of the three axes. With positive weights and images no ReLU has
anything to do; each fault so costs the checks that are about it.
"""

from itertools import islice, permutations, product
from math import prod

import numpy as np
import torch
from torch.nn import functional as F

from etude.grading import as_array, assert_close, assert_raises, assert_shape, assert_true, check, entry, unpack

ORDERS = list(permutations((1, 2, 3)))  # of channel, row and column, as they are flattened
LAYERS = ("conv1", "conv2", "hidden", "head")
RELU_HELP = "A ReLU follows each convolution and the first linear layer: relu(z) is exactly 0 below 0 and z above."


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def oracle(x, layers, order=(1, 2, 3)):
    """The scores, from a dict of (weight, bias) for each of LAYERS."""
    for name in LAYERS[:2]:
        weight, bias = layers[name]
        x = F.max_pool2d(F.conv2d(x, weight, bias, padding=1).relu(), 2)
    weight, bias = layers["hidden"]
    hidden = F.linear(x.permute(0, *order).flatten(1), weight, bias).relu()
    return F.linear(hidden, *layers["head"])


# -- a network in the worker whose weights we know


def stripped(shape):
    """Without ones: a bias may be (1, out), a linear layer a convolution."""
    return tuple(size for size in shape if size != 1)


def joined(axes, shape):
    """Whether joining neighbouring axes makes that shape."""
    left, size = list(shape), 1
    for axis in axes:
        size *= axis
        if left and size == left[0]:
            left.pop(0)
            size = 1
    return not left and size == 1


def orientations(shape, wanted):
    """Orders of the weight's axes in which a parameter of that shape may hold it; rows stand before columns."""
    shape = stripped(shape)
    if len(shape) < 2 or prod(shape) != prod(wanted):
        return []
    if len(wanted) == 2:
        return [(0, 1)] if shape[0] == wanted[0] else [(1, 0)] if shape[-1] == wanted[0] else []
    found = {}
    for order in permutations(range(4)):
        if order.index(2) < order.index(3) and joined(stripped(wanted[axis] for axis in order), shape):
            found.setdefault(tuple(axis for axis in order if wanted[axis] != 1), order)
    return list(found.values())


class Network:
    """The candidate's network with secret weights written into it. Its sizes differ from 16, 32, 128 and each other."""

    def __init__(self, submission, rng, device, classes=7, channels=5, size=12, defaults=False):
        self.probe, self.rng, self.device = submission.probe, rng, device
        self.classes, self.channels, self.size = classes, channels, size
        sizes = () if defaults else (classes, channels, size)
        self.handle = submission.ConvNet.keep(*sizes)
        self.wanted = {
            "conv1": (16, channels, 3, 3),
            "conv2": (32, 16, 3, 3),
            "hidden": (128, 32 * (size // 4) ** 2),
            "head": (classes, 128),
        }
        shapes = self.probe.shapes(self.handle, torch.zeros(1, channels, size, size))
        assert_true(is_shapes(shapes), "the network's parameters could not be read")
        self.weights = {
            layer: [(name, order) for name, shape in shapes.items() for order in orientations(shape, wanted)]
            for layer, wanted in self.wanted.items()
        }
        self.biases = {
            layer: [name for name, shape in shapes.items() if stripped(shape) == wanted[:1]]
            for layer, wanted in self.wanted.items()
        }
        self.shapes = shapes
        for layer, wanted in self.wanted.items():
            assert_true(
                bool(self.weights[layer]),
                f"no weight {wanted} among the network's trainable parameters",
                returned=", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items()) or "no parameters",
                wanted="weights " + ", ".join(str(shape) for shape in self.wanted.values()),
                help="Assign the layers to attributes in __init__ (or use nn.Sequential, nn.ModuleList, nn.Parameter).",
            )

        ways = [
            dict(zip(LAYERS, way, strict=True))
            for way in islice(product(*(self.weights[layer] for layer in LAYERS)), 100)
        ]
        x = self.images(2).abs()
        for self.held in ways:  # several where a matrix holds a convolution: which order shows in the results
            if len(ways) == 1 or same(oracle(x, self.load(self.open())), self.forward(x)):
                break
        else:
            self.held = ways[0]

    def place(self, layers):
        """Values, or gradients, of the layers as the candidate's parameters hold them."""
        values = {}
        for layer, (weight, bias) in layers.items():
            name, order = self.held[layer]
            values[name] = weight.permute(order).reshape(self.shapes[name])
            if self.biases[layer]:
                name = self.biases[layer][0]
                values[name] = bias.reshape(self.shapes[name])
        return values

    def load(self, layers, dtype="float64"):
        """Write the layers; returns what the network is now, in float64. A bias that is not there counts as zero."""
        kept = {
            layer: (rounded(weight, dtype), rounded(bias if self.biases[layer] else 0 * bias, dtype))
            for layer, (weight, bias) in layers.items()
        }
        self.probe.write(self.handle, self.place(kept), dtype, self.device)
        return kept

    def random(self, one_for_all=True):
        """Weights of either sign; the first linear layer's the same for all it reads, unless said otherwise."""
        layers = {}
        for layer, shape in self.wanted.items():
            inputs = prod(shape[1:])
            weight = draw(self.rng, *shape) / np.sqrt(inputs)
            if layer == "hidden" and one_for_all:
                weight = (draw(self.rng, 128, 1) / inputs).expand(shape).clone()
            layers[layer] = weight, draw(self.rng, shape[0])
        return layers

    def open(self, one_for_all=True):
        """Positive weights but for the last layer's, so that with positive images only the scores have either sign."""
        layers = self.random(one_for_all)
        for layer in LAYERS[:3]:
            layers[layer] = layers[layer][0].abs(), layers[layer][1].abs()
        return layers

    def images(self, count=6):
        return 3 * draw(self.rng, count, self.channels, self.size, self.size)

    def forward(self, x, **options):
        return self.probe.forward(self.handle, x, self.device, **options)


def rounded(tensor, dtype):
    return tensor.to(getattr(torch, dtype)).double()


def is_shapes(shapes):
    """The worker's word is checked before anything is done with it."""
    return isinstance(shapes, dict) and all(
        isinstance(shape, list) and len(shape) < 9 and all(type(size) is int and size > 0 for size in shape)
        for shape in shapes.values()
    )


def same(expected, actual):
    found, wanted = as_array(actual), expected.detach().numpy()
    return found.shape == wanted.shape and found.dtype.kind == "f" and np.allclose(found, wanted, 1e-8, 1e-8)


def explaining(actual, expected):
    """What came back is right for one order of flattening: that order, or else the usual one."""
    return next((order for order in ORDERS if same(expected(order), actual)), ORDERS[0])


# -- checks


@check("contract", points=1)
def test_shapes(submission, rng, device):
    """`ConvNet(num_classes=10, in_channels=3, image_size=32)` is an `nn.Module` from images to (N, num_classes)."""
    defaults = {"num_classes": 10, "in_channels": 3, "image_size": 32}
    for given, count in [({}, 2), ({"num_classes": 1, "in_channels": 1, "image_size": 4}, 1), ({"image_size": 20}, 3)]:
        sizes = defaults | given
        x = draw(rng, count, sizes["in_channels"], sizes["image_size"], sizes["image_size"]).float()
        found, wanted = submission.probe.shape(given, x), [count, sizes["num_classes"]]
        help = "Two pools divide the side by 4; the first linear layer reads 32 * (image_size // 4) ** 2 numbers."
        assert_true(found == wanted, f"the shape is wrong for {sizes}", returned=str(found), wanted=wanted, help=help)


@check("contract", points=1, depends_on="test_shapes")
def test_parameters(submission, rng, device):
    """The weights of both convolutions and both linear layers are registered, trainable parameters."""
    Network(submission, rng, device)


@check("correctness", points=2, depends_on="test_parameters")
def test_layers(submission, rng, device):
    """Where everything is positive: convolution, max-pool, twice, two linear layers, and raw scores of either sign."""
    network = Network(submission, rng, device)
    layers, x = network.load(network.open()), network.images().abs()
    help = "3x3 convolutions with zero padding 1, the largest of each 2x2 patch, no softmax or ReLU at the end."
    assert_close(network.forward(x), oracle(x, layers), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_parameters")
def test_biases(submission, rng, device):
    """All four layers have a trainable bias: a black image gives the scores that the biases make."""
    network = Network(submission, rng, device)
    bare = [layer for layer in LAYERS if not network.biases[layer]]
    help = "nn.Conv2d and nn.Linear bring a bias: do not switch it off."
    assert_true(not bare, "layers without a trainable bias", returned=", ".join(bare), help=help)
    layers, x = network.load(network.open()), torch.zeros(1, 5, 12, 12, dtype=torch.float64)
    assert_close(network.forward(x), oracle(x, layers), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_layers")
def test_convolution_relus(submission, rng, device):
    """A ReLU follows each convolution."""
    network = Network(submission, rng, device)
    layers = network.random()
    weight, bias = layers["hidden"]
    layers["hidden"] = weight, bias + 40  # the ReLU after it has nothing to do
    layers, x = network.load(layers), network.images()
    assert_close(network.forward(x), oracle(x, layers), dtype="float64", help=RELU_HELP)


@check("correctness", points=1, depends_on="test_layers")
def test_hidden_relu(submission, rng, device):
    """A ReLU follows the first linear layer."""
    network = Network(submission, rng, device)
    layers, x = network.open(), network.images().abs()
    layers["hidden"] = layers["hidden"][0] * torch.from_numpy(rng.choice([-1.0, 1.0], size=(128, 1))), draw(rng, 128)
    layers = network.load(layers)
    assert_close(network.forward(x), oracle(x, layers), dtype="float64", help=RELU_HELP)


@check("correctness", points=2, depends_on="test_layers")
def test_every_position(submission, rng, device):
    """The first linear layer reads every channel at every position, each with a weight of its own."""
    network = Network(submission, rng, device)
    layers, x = network.load(network.open(one_for_all=False)), network.images().abs()
    actual = network.forward(x)
    order = explaining(actual, lambda order: oracle(x, layers, order))
    help = "Flatten channels, rows and columns of each image, and nothing else, into one list."
    assert_close(actual, oracle(x, layers, order), dtype="float64", help=help)
    assert_close(
        network.forward(x[:1]), oracle(x[:1], layers, order), dtype="float64", help="One image is a batch, too."
    )


@check("correctness", points=1, depends_on="test_layers")
def test_other_sizes(submission, rng, device):
    """Defaults, grey images and other sides give right scores too."""
    for sizes in [
        {"classes": 10, "channels": 3, "size": 32, "defaults": True},
        {"channels": 1, "size": 4},
        {"size": 20},
    ]:
        network = Network(submission, rng, device, **sizes)
        layers, x = network.load(network.open()), network.images(2).abs()
        help = "Each of the three arguments changes a layer; the defaults are 10 classes, 3 channels and a side of 32."
        assert_close(network.forward(x), oracle(x, layers), dtype="float64", help=help)


@check("correctness", points=1, depends_on="test_layers")
def test_training_mode(submission, rng, device):
    """Training mode gives what evaluation mode gives: no dropout, no batch statistics; one image is enough."""
    network = Network(submission, rng, device)
    layers = network.load(network.open())
    for count in (1, 6):
        x = network.images(count).abs()
        help = "Only the layers of the list were asked for."
        assert_close(network.forward(x, training=True), oracle(x, layers), dtype="float64", help=help)


@check("stability", points=1, depends_on="test_every_position")
def test_memory_layout(submission, rng, device):
    """Channels-last, transposed and strided images give the same scores."""
    network = Network(submission, rng, device)
    layers, x = network.load(network.open(one_for_all=False)), network.images().abs()
    order = explaining(network.forward(x), lambda order: oracle(x, layers, order))
    for actual in unpack(network.probe.forward_laid_out(network.handle, x, device), 3):
        help = "view() needs contiguous memory, which nobody promised: flatten() and reshape() copy where they must."
        assert_close(actual, oracle(x, layers, order), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_layers")
def test_dtypes(submission, rng, device):
    """A network moved to float32 or bfloat16 gives scores of that dtype."""
    network = Network(submission, rng, device)
    for dtype, tol in [("float32", 1e-5), ("bfloat16", 5e-2)]:  # bfloat16 rounds after each layer
        layers = network.open()
        layers = network.load(layers | {"head": tuple(part.abs() for part in layers["head"])}, dtype)
        x = network.images().abs().to(getattr(torch, dtype))
        expected = oracle(x.double(), layers)
        assert_close(network.forward(x), expected, dtype=dtype, tol=tol, help="Leave the dtype as it comes.")


@check("contract", points=1, depends_on="test_layers")
def test_input_unchanged(submission, rng, device):
    """A second call on the same tensor gives the same scores: the images are left as they were."""
    network = Network(submission, rng, device)
    layers, x = network.load(network.open()), network.images()
    first, second = unpack(network.probe.forward_twice(network.handle, x, device), 2)
    assert_close(first, oracle(x, layers), dtype="float64", help=RELU_HELP)
    help = "Operations whose name ends in an underscore, inplace=True on x, and +=, write into x."
    assert_close(second, oracle(x, layers), dtype="float64", help=help)


@check("gradient", points=1, depends_on="test_layers")
def test_input_gradient(submission, rng, device):
    """Gradients reach the images."""
    _, actual, expected = gradients(submission, rng, device)
    help = "Stay with tensors from input to output: .detach(), .data and no_grad() cut the graph."
    assert_close(entry(actual, "input"), expected[0], dtype="float64", help=help)


@check("gradient", points=2, depends_on="test_layers")
def test_parameter_gradients(submission, rng, device):
    """Gradients reach the weights and biases of all four layers."""
    network, actual, (_, *expected) = gradients(submission, rng, device)
    found = entry(actual, "parameters")
    pairs = zip(expected[::2], expected[1::2], strict=True)
    for name, gradient in network.place(dict(zip(LAYERS, pairs, strict=True))).items():
        help = f"This is the gradient of `{name}`."
        assert_close(entry(found, name), gradient, dtype="float64", help=help)


def gradients(submission, rng, device):
    """The network, its own gradients, and the oracle's: at the images, then weight and bias of each layer."""
    network = Network(submission, rng, device)
    layers, x, cotangent = network.load(network.open(one_for_all=False)), network.images().abs(), draw(rng, 6, 7)
    actual = network.probe.backward(network.handle, x, cotangent, device)
    leaves = [x, *(tensor for layer in LAYERS for tensor in layers[layer])]
    order = explaining(network.forward(x), lambda order: oracle(x, layers, order))
    for leaf in leaves:
        leaf.requires_grad_()
    score = (oracle(x, layers, order) * cotangent).sum()
    return network, actual, torch.autograd.grad(score, leaves)


@check("contract", points=1, depends_on="test_shapes")
def test_fresh_network_learns(submission, rng, device):
    """A fresh network can learn: its units do not all start, and stay, the same."""
    x, cotangent = draw(rng, 32, 3, 8, 8).float(), draw(rng, 32, 4).float()
    sizes = {"num_classes": 4, "in_channels": 3, "image_size": 8}
    scores = submission.probe.fresh_after_training(sizes, x, cotangent, 0.01)
    assert_shape(scores, (32, 4))
    values = as_array(scores).astype(np.float64)
    assert_true(bool(np.isfinite(values).all()), "a fresh network gives NaN or infinite scores")
    spread = np.linalg.svd(values - values.mean(0), compute_uv=False)
    assert_true(
        spread[1] > 1e-3 * spread[0],
        "after one step of training, all scores are still multiples of one hidden value",
        help="Units that start equal get equal gradients: start from random weights, as torch's layers do.",
    )


@check("errors", points=1, depends_on="test_layers")
def test_image_size(submission, rng, device):
    """An `image_size` that is not a positive multiple of 4 raises a ValueError with a message."""
    for size in (0, -4, 1, 2, int(4 * rng.integers(1, 20)) + int(rng.integers(1, 4)), 30):
        help = "Check image_size in __init__, 0 and negative multiples of 4 included."
        assert_raises(ValueError, submission.probe.make, image_size=size, help=help)
        assert_raises(ValueError, submission.probe.make, 5, 1, size, help=help)


@check("contract", points=1, depends_on="test_shapes", testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a network draws from torch's generator at most: nothing is re-seeded, printed or set."""
    sizes, x = {"num_classes": 3, "in_channels": 2, "image_size": 4}, draw(rng, 2, 2, 4, 4).float()
    one, other = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = submission.probe.draws_after([one, one, other], sizes, x)
    assert_shape(draws, (3, 4))
    first, again, second = as_array(draws).tolist()
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(first == again != second, "torch's global generator was re-seeded", help=help)
    seen = submission.probe.build_and_call.observe(sizes, x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
    asked = any(getattr(argument, "requires_grad", False) for argument in seen.args)
    assert_true(not asked, "the input has requires_grad set", help="Whether x gets a gradient is the caller's choice.")
