"""Hidden grader of `residual_block`.

Secret weights, affine values and running statistics are written into the candidate's convolutions and norms. Which of
them is which is nobody's business but theirs: `Block` tries every assignment of layers to roles, and takes the one
under which the oracle (float64, torch's functions) gives the block's results where no ReLU has anything to do. The
checks then put in play one thing after the other: the skip, the stride, each ReLU, the statistics. So a fault costs
its own checks and leaves the others.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
from torch.nn import functional as F

from etude.grading import (
    as_array,
    assert_close,
    assert_shape,
    assert_true,
    check,
    entry,
    unpack,
)

HIGH = 30.0  # a batch norm's bias that keeps everything behind it positive


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


# -- the oracle


@dataclass(frozen=True)
class Roles:
    """The names of the layers that play each part; `skip` and `skip_norm` are None where there is none."""

    conv1: str
    norm1: str
    conv2: str
    norm2: str
    skip: str | None = None
    skip_norm: str | None = None

    @property
    def kind(self):
        if self.skip is None:
            return "x itself"
        return "a 1x1 convolution with batch norm" if self.skip_norm else "a 1x1 convolution without batch norm"

    def names(self):
        return [name for name in vars(self).values() if name is not None]


def normalise(x, layer, training):
    """Batch norm; in training it moves the layer's running statistics."""
    return F.batch_norm(x, layer["running_mean"], layer["running_var"], layer["weight"], layer["bias"], training)


def oracle(x, state, roles, stride, training=True):
    out = F.conv2d(x, state[roles.conv1]["weight"], stride=stride, padding=1)
    out = normalise(out, state[roles.norm1], training).relu()
    out = normalise(F.conv2d(out, state[roles.conv2]["weight"], padding=1), state[roles.norm2], training)
    skip = x
    if roles.skip is not None:
        skip = F.conv2d(x, state[roles.skip]["weight"], stride=stride)
        if roles.skip_norm is not None:
            skip = normalise(skip, state[roles.skip_norm], training)
    return (out + skip).relu()


def copied(state):
    return {name: {key: tensor.clone() for key, tensor in layer.items()} for name, layer in state.items()}


# -- a block in the worker whose weights we know


class Block:
    """The candidate's block, whose layers' parts are known."""

    def __init__(self, submission, rng, device, sizes):
        self.probe, self.rng, self.device, self.sizes = submission.probe, rng, device, sizes
        self.handle = submission.ResidualBlock.keep(*sizes)
        self.convolutions, self.norms = listed(self.probe.layers(self.handle, sizes[0]), sizes[1])
        self.roles = self._find_roles()

    def _find_roles(self):
        x = draw(self.rng, 3, self.sizes[0], 5, 6)
        candidates = list(self._candidates())
        assert_true(
            bool(candidates),
            "the convolutions and batch norms of a residual block are not there",
            returned=f"convolutions {list(self.convolutions.values())}, batch norms {list(self.norms.values())}",
            wanted="two 3x3 convolutions with a batch norm each, and a skip path",
            help="Make each layer in __init__, as an attribute or in a container of torch.nn: one for each part.",
        )
        for training in (True, False):  # a fault may spoil one of them
            state = self.linear_state()
            actual = self.forward(state, x, training)
            assert_shape(actual, self.expected(state, x, training, candidates[0]).shape)
            for roles in candidates:
                if same(self.expected(state, x, training, roles), actual):
                    return roles
        assert_close(
            actual,
            self.expected(state, x, training, candidates[0]),
            dtype="float64",
            help="No ReLU is at work here: this is conv, norm, conv, norm, plus the skip path.",
        )
        return candidates[0]

    @property
    def stride(self):
        return self.sizes[2] if len(self.sizes) > 2 else 1

    def _candidates(self):
        """Every assignment of layers to roles that the sizes allow."""
        inputs, outputs = self.sizes[:2]
        first = [name for name, shape in self.convolutions.items() if shape == (outputs, inputs, 3, 3)]
        second = [name for name, shape in self.convolutions.items() if shape == (outputs, outputs, 3, 3)]
        mains = [(one, other) for one in first for other in second if one != other]
        ones = [name for name, shape in self.convolutions.items() if shape == (outputs, inputs, 1, 1)]
        skips = [None, *ones] if self.is_plain else ones
        for skip in skips:
            for count in [2] if skip is None else [3, 2]:
                for norms in permutations(self.norms, count):
                    for conv1, conv2 in mains:
                        yield Roles(conv1, norms[0], conv2, norms[1], skip, norms[2] if count == 3 else None)

    @property
    def is_plain(self):
        """Do the shapes agree, so that the skip is to be the identity?"""
        return self.sizes[0] == self.sizes[1] and self.stride == 1

    # -- what is written into it

    def random_state(self):
        """Everything crosses zero everywhere."""
        rng = self.rng
        state = {
            name: {"weight": draw(rng, *shape) / np.sqrt(9 * shape[1])} for name, shape in self.convolutions.items()
        }
        for name, channels in self.norms.items():
            state[name] = {
                "weight": torch.from_numpy(rng.uniform(0.5, 1.5, channels)),
                "bias": 0.3 * draw(rng, channels),
                "running_mean": 0.3 * draw(rng, channels),
                "running_var": torch.from_numpy(rng.uniform(0.2, 1.5, channels)),
            }
        return state

    def linear_state(self):
        """Positive weights and high norm biases: no ReLU has anything to do."""
        state = self.random_state()
        for name in self.convolutions:
            state[name]["weight"] = state[name]["weight"].abs() + 0.02
        for name in self.norms:
            state[name]["bias"] += HIGH
        return state

    # -- what comes out of it

    def run(self, function, state, *args, dtype="float64"):
        """Call a function of the probe on the block, once `state` has been written into it."""
        return function(self.handle, state, dtype, self.device, *args)

    def forward(self, state, x, training=True, dtype="float64"):
        return self.run(self.probe.forward, state, x, training, dtype=dtype)

    def expected(self, state, x, training=True, roles=None):
        return oracle(x, copied(state), roles or self.roles, self.stride, training)


def listed(found, outputs):
    """The worker's list of layers, checked: {name: shape} of the convolutions, {name: channels} of the norms."""
    convolutions, norms = entry(found, "convolutions"), entry(found, "norms")
    sound = isinstance(convolutions, dict) and isinstance(norms, dict) and len(convolutions) <= 4 and len(norms) <= 4
    assert_true(sound, "more convolutions or batch norms than a residual block has")
    shapes = {name: entry(layer, "shape") for name, layer in convolutions.items()}
    for shape in shapes.values():
        sound = (
            isinstance(shape, list) and len(shape) == 4 and all(type(size) is int and 0 < size < 100 for size in shape)
        )
        assert_true(
            sound, "a convolution of an odd size", returned=str(shape)[:100], wanted="3x3 or 1x1, without groups"
        )
    widths = all(type(width) is int and width == outputs for width in norms.values())
    assert_true(
        widths,
        "a batch norm of another width",
        returned=str(list(norms.values()))[:100],
        wanted=f"{outputs} channels each",
    )
    return {name: tuple(shape) for name, shape in shapes.items()}, norms


def same(expected, actual):
    actual, expected = as_array(actual), expected.numpy()
    return actual.shape == expected.shape and bool(
        np.abs(actual - expected).max() <= 1e-9 * max(1.0, np.abs(expected).max())
    )


# -- checks


@check("contract", points=1)
def test_shapes(submission, rng, device):
    """`ResidualBlock(in_channels, out_channels, stride=1)` is an `nn.Module`; the stride divides height and width."""
    assert_true(
        submission.probe.is_module() is True, "the block is no nn.Module", help="Derive the class from nn.Module."
    )
    for inputs, outputs, stride in [(3, 3, 1), (3, 5, 1), (2, 4, 2), (4, 4, 3)]:
        sizes = {"in_channels": inputs, "out_channels": outputs} | ({"stride": stride} if stride > 1 else {})
        found = submission.probe.shape(sizes, draw(rng, 2, inputs, 9, 7))
        wanted = [2, outputs, 8 // stride + 1, 6 // stride + 1]
        help = "Padding 1 keeps height and width, and a stride divides them, on both paths."
        assert_true(
            found == wanted, f"the shape is wrong for {sizes}", returned=str(found)[:100], wanted=str(wanted), help=help
        )


@check("correctness", points=2)
def test_identity_skip(submission, rng, device):
    """Where the shapes agree, x itself is added to conv, norm, ReLU, conv, norm."""
    help = "With stride 1 and equal channels the skip path is x, without a convolution."
    check_skip(Block(submission, rng, device, (4, 4)), "x itself", help)


@check("correctness", points=2)
def test_projected_skip(submission, rng, device):
    """Where the channels differ, the skip path is a 1x1 convolution followed by batch norm."""
    help = "Other channels need a 1x1 convolution without bias, and its batch norm, on the skip path."
    check_skip(Block(submission, rng, device, (3, 5)), "a 1x1 convolution with batch norm", help)


@check("correctness", points=2)
def test_stride(submission, rng, device):
    """With a stride, the first convolution and the skip's 1x1 convolution have it: also where the channels agree."""
    help = "The stride changes the shape, whatever the channels: project the skip, and stride the first convolution."
    for sizes in [(4, 4, 2), (2, 4, 3)]:
        check_skip(Block(submission, rng, device, sizes), "a 1x1 convolution with batch norm", help)


def check_skip(block, wanted, help):
    """Which skip path explains the block's results in training mode, and does it do so for other values, too?"""
    assert_true(
        block.roles.kind == wanted, "the skip path is another", returned=block.roles.kind, wanted=wanted, help=help
    )
    state, x = block.linear_state(), draw(block.rng, 3, block.sizes[0], 7, 6)
    assert_close(block.forward(state, x), block.expected(state, x), dtype="float64", help=help)


@check("correctness", points=1)
def test_inner_relu(submission, rng, device):
    """A ReLU stands between the first norm and the second convolution."""
    block = Block(submission, rng, device, (3, 5))
    state, x = block.random_state(), draw(rng, 3, 3, 6, 5)
    for norm in (block.roles.norm2, block.roles.skip_norm):  # the sum is positive, the first norm's result is not
        if norm is not None:
            state[norm]["bias"] += HIGH
    help = "conv, norm, ReLU, conv, norm: the first ReLU is missing, or misplaced."
    assert_close(block.forward(state, x), block.expected(state, x), dtype="float64", help=help)


@check("correctness", points=1)
def test_final_relu(submission, rng, device):
    """A ReLU stands after the addition, and none on either path just before it."""
    help = "First add, then ReLU: relu(main + skip)."
    for sizes in [(4, 4), (3, 5)]:
        block = Block(submission, rng, device, sizes)
        state, x = block.random_state(), 2 * draw(rng, 3, sizes[0], 6, 5)
        state[block.roles.norm1]["bias"] += HIGH  # the first ReLU has nothing to do
        assert_close(block.forward(state, x), block.expected(state, x), dtype="float64", help=help)


@check("correctness", points=2)
def test_evaluation_mode(submission, rng, device):
    """In evaluation mode the norms use their running statistics: images do not touch each other, and one is enough."""
    block = Block(submission, rng, device, (3, 4))
    state, inputs = block.linear_state(), [draw(rng, 1, 3, 5, 6), draw(rng, 3, 3, 5, 6), draw(rng, 1, 3, 1, 1)]
    help = "Leave the mode to the norms: they follow the block's train() and eval()."
    for x, actual in zip(inputs, unpack(block.run(submission.probe.forward_each, state, inputs), 3), strict=True):
        assert_close(actual, block.expected(state, x, False), dtype="float64", help=help)


@check("correctness", points=2)
def test_running_statistics(submission, rng, device):
    """A training pass moves each norm's running statistics once, by the default momentum: evaluation shows it."""
    block = Block(submission, rng, device, (3, 4))
    state, x = block.linear_state(), draw(rng, 2, 3, 5, 6)
    batches = [draw(rng, 3, 3, 5, 6) for _ in range(3)]
    actual = block.run(submission.probe.forward_batches, state, batches, x)
    for batch in batches:
        oracle(batch, state, block.roles, block.stride)  # moves them in the state
    help = "Call each layer once in forward, and leave nn.BatchNorm2d's settings (eps, momentum, affine) as they are."
    assert_close(actual, block.expected(state, x, False), dtype="float64", help=help)


@check("contract", points=1)
def test_no_convolution_bias(submission, rng, device):
    """The convolutions have no bias."""
    block = Block(submission, rng, device, (3, 4))
    state, x = block.linear_state(), draw(rng, 2, 3, 5, 6)
    for name, shape in block.convolutions.items():
        state[name]["bias"] = 1 + draw(rng, shape[0])  # written where there is one, and not in the formula
    help = "A convolution has a bias: say bias=False, since the batch norm behind it subtracts any bias again."
    assert_close(block.forward(state, x, training=False), block.expected(state, x, False), dtype="float64", help=help)


@check("stability", points=1)
def test_memory_layout(submission, rng, device):
    """Channels-last, transposed and strided input gives the same result."""
    block = Block(submission, rng, device, (3, 4))
    state, x = block.linear_state(), draw(rng, 2, 3, 6, 5)
    for actual in unpack(block.run(submission.probe.forward_laid_out, state, x), 3):
        assert_close(
            actual, block.expected(state, x, False), dtype="float64", help="Do not rely on how x lies in memory."
        )


@check("contract", points=1)
def test_dtype(submission, rng, device):
    """A block moved to float32 gives float32."""
    block = Block(submission, rng, device, (4, 4))
    state, x = block.linear_state(), draw(rng, 3, 4, 6, 5).float()
    actual = block.forward(state, x, dtype="float32")
    rounded = {name: {key: tensor.float().double() for key, tensor in layer.items()} for name, layer in state.items()}
    assert_close(actual, block.expected(rounded, x.double()), dtype="float32", help="Leave the dtype as it comes.")


@check("contract", points=1)
def test_input_unchanged(submission, rng, device):
    """A second call on the same tensor gives the same result: x is left as it was."""
    block = Block(submission, rng, device, (4, 4))
    state, x = block.random_state(), draw(rng, 2, 4, 6, 5)
    before, after = unpack(block.run(submission.probe.forward_again, state, x), 2)
    assert_shape(before, x.shape)
    help = (
        "x += …, and an in-place ReLU on x, write into the caller's tensor: the identity skip is x itself, not a copy."
    )
    assert_close(after, as_array(before), tol=1e-10, help=help)


@check("gradient", points=2)
def test_input_gradient(submission, rng, device):
    """The gradient reaches x along both paths."""
    help = "The gradient at x is the sum of what comes along the main path and along the skip: detach neither."
    for sizes in [(4, 4), (3, 4)]:
        block = Block(submission, rng, device, sizes)
        actual, expected = gradients(block, block.random_state())
        assert_close(entry(actual, "x"), expected["x"], dtype="float64", tol=1e-9, help=help)


@check("gradient", points=2)
def test_parameter_gradients(submission, rng, device):
    """Gradients reach every convolution and norm, those of the skip path included."""
    block = Block(submission, rng, device, (3, 4))
    actual, expected = gradients(block, block.linear_state())  # the ReLUs have checks of their own
    expected.pop("x")
    for (name, key), gradient in expected.items():
        found = entry(entry(entry(actual, "layers"), name), key)
        assert_close(found, gradient, dtype="float64", tol=1e-9, help=f"This is the gradient of `{name}.{key}`.")


def gradients(block, state):
    """In training mode, with respect to x and all that is learnt: the candidate's, and the oracle's."""
    x, names = draw(block.rng, 3, block.sizes[0], 5, 6), block.roles.names()
    cotangent = draw(block.rng, 3, block.sizes[1], 5, 6)
    actual = block.run(block.probe.backward, state, x, cotangent)
    leaves = {(name, key): state[name][key] for name in names for key in ("weight", "bias") if key in state[name]} | {
        "x": x
    }
    for leaf in leaves.values():
        leaf.requires_grad_()
    loss = (oracle(x, state, block.roles, block.stride) * cotangent).sum()
    return actual, dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


@check("contract", points=1, testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a block draws from torch's generator at most: nothing is re-seeded, printed or set."""
    sizes, x = (3, 4, 2), draw(rng, 2, 3, 5, 6)
    first, second = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = [as_array(submission.probe.draws_around(seed, sizes, x)) for seed in (first, first, second)]
    agree = [draws[0].shape == other.shape and bool((draws[0] == other).all()) for other in draws[1:]]
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(agree == [True, False], "torch's global generator was re-seeded", help=help)
    seen = submission.probe.build_and_call.observe(sizes, x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
