"""Hidden grader of `residual_block`.

Secret weights, affine values and running statistics are written into the candidate's convolutions and norms. Which of
them is which is nobody's business but theirs: every assignment of layers to roles is tried, and one has to make the
oracle (torch's functions in float64) give the block's results. Most checks write values under which no ReLU has
anything to do, and the skips that people build in place of the right one are roles too; so a fault costs the checks
that are about it, and leaves the others.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
from torch.nn import functional as F

from etude.grading import as_array, assert_close, assert_shape, assert_true, check, entry, unpack

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


def forward(x, state, roles, stride, training):
    """What the block should give; in training the running statistics in `state` move."""
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


# -- the candidate's block


class Block:
    """The candidate's block of certain sizes: its layers, what is written into them, and what comes out."""

    def __init__(self, submission, rng, device, *sizes):
        self.probe, self.rng, self.device, self.sizes = submission.probe, rng, device, sizes
        self.stride = sizes[2] if len(sizes) > 2 else 1
        found = self.probe.layers(sizes)
        self.convolutions, self.norms = listed(entry(found, "convolutions"), entry(found, "norms"), sizes[1])
        self.candidates = list(self._candidates())
        assert_true(
            bool(self.candidates),
            "the convolutions and batch norms of a residual block are not there",
            returned=f"convolutions {list(self.convolutions.values())}, batch norms {list(self.norms.values())}",
            wanted="two 3x3 convolutions with a batch norm each, and a skip path",
            help="Make each layer in __init__, as an attribute or in a container of torch.nn: one for each part.",
        )

    def _candidates(self):
        """Every assignment of layers to roles that the sizes allow."""
        inputs, outputs = self.sizes[:2]
        first, second, ones = (
            [name for name, shape in self.convolutions.items() if shape == wanted]
            for wanted in [(outputs, inputs, 3, 3), (outputs, outputs, 3, 3), (outputs, inputs, 1, 1)]
        )
        mains = [(one, other) for one in first for other in second if one != other]
        for skip in [None, *ones] if inputs == outputs and self.stride == 1 else ones:
            for count in [2] if skip is None else [3, 2]:
                for norm1, norm2, *skip_norm in permutations(self.norms, count):
                    for conv1, conv2 in mains:
                        yield Roles(conv1, norm1, conv2, norm2, skip, *skip_norm)

    def random_state(self):
        """Values under which everything crosses zero everywhere."""
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
        """Positive weights and high norm biases, under which no ReLU has anything to do."""
        state = self.random_state()
        for name in self.convolutions:
            state[name]["weight"] = state[name]["weight"].abs() + 0.02
        for name in self.norms:
            state[name]["bias"] += HIGH
        return state

    def inputs(self, batch=3, height=5, width=6):
        return draw(self.rng, batch, self.sizes[0], height, width)

    def run(self, function, state, *args, dtype="float64"):
        """Call a function of the probe on the block with `state` written into it."""
        return function(self.sizes, state, dtype, self.device, *args)

    def expected(self, state, x, roles, training=True):
        return forward(x, copied(state), roles, self.stride, training)

    def explain(self, actual, expected, help, dtype="float64", tol=1e-10):
        """The roles under which `expected(roles)` is what came back; the check fails where there are none."""
        closest, least = None, np.inf
        for roles in self.candidates:
            wanted = expected(roles).detach()
            assert_shape(actual, tuple(wanted.shape), help=help)
            error = np.abs(as_array(actual) - wanted.numpy()).max() / max(1.0, float(wanted.abs().max()))
            if closest is None or error < least:
                closest, least = (roles, wanted), error
            if error <= tol:
                break
        assert_close(actual, closest[1], dtype=dtype, tol=tol, help=help)
        return closest[0]

    def roles(self):
        """Who plays which part, found in training mode where no ReLU is at work."""
        state, x = self.linear_state(), self.inputs()
        help = "No ReLU is at work here: this is conv, norm, conv, norm, plus the skip path."
        return self.explain(
            self.run(self.probe.train, state, x), lambda roles: self.expected(state, x, roles), help=help
        )


def listed(convolutions, norms, outputs):
    """The worker's list of layers, checked: {name: shape} of the convolutions, {name: channels} of the norms."""
    sound = isinstance(convolutions, dict) and isinstance(norms, dict) and len(convolutions) <= 4 and len(norms) <= 4
    assert_true(sound, "more convolutions or batch norms than a residual block has")
    shapes = list(convolutions.values())
    sound = all(isinstance(shape, list) and all(type(size) is int for size in shape) for shape in shapes)
    assert_true(sound, "the convolutions could not be read")
    widths = all(type(width) is int and width == outputs for width in norms.values())
    assert_true(widths, "a batch norm of another width", returned=str(norms)[:100], wanted=f"{outputs} channels each")
    odd = [shape for shape in shapes if len(shape) != 4 or max(shape) > 50 or min(shape) < 1]
    assert_true(not odd, "a convolution of an odd size", returned=str(odd)[:100], wanted="3x3 or 1x1")
    return {name: tuple(shape) for name, shape in convolutions.items()}, norms


# -- checks


@check("contract", points=1)
def test_shapes(submission, rng, device):
    """`ResidualBlock(in_channels, out_channels, stride=1)` is an `nn.Module`; the stride divides height and width."""
    for inputs, outputs, stride in [(3, 3, 1), (3, 5, 1), (2, 4, 2), (4, 4, 3)]:
        sizes = {"in_channels": inputs, "out_channels": outputs} | ({"stride": stride} if stride > 1 else {})
        found = submission.probe.shape(sizes, draw(rng, 2, inputs, 9, 7))
        wanted = [2, outputs, 8 // stride + 1, 6 // stride + 1]
        help = "Padding 1 keeps height and width, and a stride divides them, on both paths of the nn.Module."
        assert_true(found == wanted, f"the shape is wrong for {sizes}", returned=str(found), wanted=wanted, help=help)


@check("correctness", points=2)
def test_identity_skip(submission, rng, device):
    """Where the shapes agree, x itself is added to conv, norm, ReLU, conv, norm."""
    help = "With stride 1 and equal channels the skip path is x, without a convolution."
    check_skip(Block(submission, rng, device, 4, 4), "x itself", help)


@check("correctness", points=2)
def test_projected_skip(submission, rng, device):
    """Where the channels differ, the skip path is a 1x1 convolution followed by batch norm."""
    help = "Other channels need a 1x1 convolution without bias, and its batch norm, on the skip path."
    for sizes in [(3, 5), (5, 3)]:
        check_skip(Block(submission, rng, device, *sizes), "a 1x1 convolution with batch norm", help)


@check("correctness", points=2)
def test_stride(submission, rng, device):
    """With a stride, the first convolution and the skip's 1x1 convolution have it: also where the channels agree."""
    help = "The stride changes the shape, whatever the channels: project the skip, and stride the first convolution."
    for sizes in [(4, 4, 2), (2, 4, 3)]:
        check_skip(Block(submission, rng, device, *sizes), "a 1x1 convolution with batch norm", help)


def check_skip(block, wanted, help):
    """Which skip path explains the block's results in training mode?"""
    kind = block.roles().kind
    assert_true(kind == wanted, "the skip path is another", returned=kind, wanted=wanted, help=help)


@check("correctness", points=1)
def test_inner_relu(submission, rng, device):
    """A ReLU stands between the first norm and the second convolution."""
    block = Block(submission, rng, device, 3, 5)
    roles, state, x = block.roles(), block.random_state(), block.inputs()
    for norm in (roles.norm2, roles.skip_norm):  # the sum is positive, the first norm's result is not
        if norm is not None:
            state[norm]["bias"] += HIGH
    help = "conv, norm, ReLU, conv, norm: the first ReLU is missing, or misplaced."
    actual = block.run(submission.probe.train, state, x)
    assert_close(actual, block.expected(state, x, roles), dtype="float64", help=help)


@check("correctness", points=1)
def test_final_relu(submission, rng, device):
    """A ReLU stands after the addition, and none on either path just before it."""
    help = "First add, then ReLU: relu(main + skip)."
    for sizes in [(4, 4), (3, 5)]:
        block = Block(submission, rng, device, *sizes)
        roles, state, x = block.roles(), block.random_state(), 2 * block.inputs()
        state[roles.norm1]["bias"] += HIGH  # the first ReLU has nothing to do
        actual = block.run(submission.probe.train, state, x)
        assert_close(actual, block.expected(state, x, roles), dtype="float64", help=help)


@check("correctness", points=2)
def test_evaluation_mode(submission, rng, device):
    """In evaluation mode the norms use their running statistics: images do not touch each other, and one is enough."""
    block = Block(submission, rng, device, 3, 4)
    state, inputs = block.linear_state(), [block.inputs(), block.inputs(1), block.inputs(1, 1, 1)]
    help = "Leave the mode to the norms: they follow the block's train() and eval()."
    for x, actual in zip(inputs, unpack(block.run(submission.probe.evaluate, state, inputs), 3), strict=True):
        block.explain(actual, lambda roles, x=x: block.expected(state, x, roles, training=False), help)


@check("correctness", points=2)
def test_running_statistics(submission, rng, device):
    """A training pass moves each norm's running statistics once, by the default momentum: evaluation shows it."""
    block = Block(submission, rng, device, 3, 4)
    state, batches, x = block.linear_state(), [block.inputs() for _ in range(3)], block.inputs()

    def expected(roles):
        moved = copied(state)
        for batch in batches:
            forward(batch, moved, roles, block.stride, training=True)
        return block.expected(moved, x, roles, training=False)

    help = "Call each layer once in forward, and leave nn.BatchNorm2d's settings (eps, momentum, affine) as they are."
    block.explain(block.run(submission.probe.train_then_evaluate, state, batches, x), expected, help)


@check("contract", points=1)
def test_no_convolution_bias(submission, rng, device):
    """The convolutions have no bias."""
    block = Block(submission, rng, device, 3, 4)
    state, x = block.linear_state(), block.inputs()
    for name, shape in block.convolutions.items():
        state[name]["bias"] = 1 + draw(rng, shape[0])  # written where there is one, and not in the formula
    help = "A convolution has a bias: say bias=False, since the batch norm behind it subtracts any bias again."
    (actual,) = unpack(block.run(submission.probe.evaluate, state, [x]), 1)
    block.explain(actual, lambda roles: block.expected(state, x, roles, training=False), help)


@check("contract", points=1)
def test_fresh_norms(submission, rng, device):
    """Batch norms start as torch starts them, with weight 1 and bias 0."""
    norms = submission.probe.fresh_norms((3, 4))
    assert_true(isinstance(norms, list), "the batch norms could not be read")
    for norm in norms:
        help = "Default settings: a weight of 0 in the last norm shuts the main path, and no gradient passes it."
        assert_close(entry(norm, "weight"), np.ones(4), tol=0, help=help)
        assert_close(entry(norm, "bias"), np.zeros(4), tol=0, help=help)


@check("stability", points=1)
def test_memory_layout(submission, rng, device):
    """Channels-last, transposed and strided input gives the same result."""
    block = Block(submission, rng, device, 3, 4)
    state, x = block.linear_state(), block.inputs()
    for actual in unpack(block.run(submission.probe.train_laid_out, state, x), 3):
        help = "Do not rely on how x lies in memory."
        block.explain(actual, lambda roles: block.expected(state, x, roles), help)


@check("contract", points=1)
def test_dtype(submission, rng, device):
    """A block moved to float32 gives float32, one moved to bfloat16 gives bfloat16."""
    block = Block(submission, rng, device, 4, 4)
    state, x = block.linear_state(), block.inputs().float()
    actual = block.run(submission.probe.train, state, x, dtype="float32")
    rounded = {name: {key: tensor.float().double() for key, tensor in layer.items()} for name, layer in state.items()}
    help = "Leave the dtype as it comes."
    block.explain(actual, lambda roles: block.expected(rounded, x.double(), roles), help, dtype="float32", tol=1e-5)
    actual = block.run(submission.probe.train, state, x.bfloat16(), dtype="bfloat16")
    help = "Half precision too: where you compute in float32, convert the result back."
    block.explain(actual, lambda roles: block.expected(state, x.double(), roles), help, dtype="bfloat16", tol=0.1)


@check("contract", points=1)
def test_input_unchanged(submission, rng, device):
    """Further calls on the same tensor give the same result, under no_grad too: x is left as it was."""
    block = Block(submission, rng, device, 4, 4)
    state, x = block.linear_state(), block.inputs()
    help = (
        "x += …, and an in-place ReLU on x, write into the caller's tensor: the identity skip is x itself, not a copy."
    )
    for actual in unpack(block.run(submission.probe.train_twice, state, x), 3):
        block.explain(actual, lambda roles: block.expected(state, x, roles), help)


@check("gradient", points=2)
def test_input_gradient(submission, rng, device):
    """The gradient reaches x along both paths."""
    help = "The gradient at x is the sum of what comes along the main path and along the skip: detach neither."
    for sizes in [(4, 4), (3, 4)]:
        block = Block(submission, rng, device, *sizes)
        actual, expected = gradients(block, block.random_state())
        block.explain(entry(actual, "x"), lambda roles, expected=expected: expected(roles)["x"], help, tol=1e-9)


@check("gradient", points=2)
def test_parameter_gradients(submission, rng, device):
    """Gradients reach every convolution and norm, those of the skip path included."""
    block = Block(submission, rng, device, 3, 4)
    roles = block.roles()
    actual, expected = gradients(block, block.linear_state())  # the ReLUs have checks of their own
    wanted = expected(roles)
    wanted.pop("x")
    for (name, key), gradient in wanted.items():
        found = entry(entry(entry(actual, "layers"), name), key)
        assert_close(found, gradient, dtype="float64", tol=1e-9, help=f"This is the gradient of `{name}.{key}`.")


def gradients(block, state):
    """In training mode, at x and all that is learnt: the candidate's, and the oracle's as a function of the roles."""
    x, cotangent = block.inputs(), draw(block.rng, 3, block.sizes[1], 5, 6)
    actual = block.run(block.probe.backward, state, x, cotangent)

    def expected(roles):
        own = copied(state)
        leaves = {
            (name, key): own[name][key] for name in roles.names() for key in ("weight", "bias") if key in own[name]
        }
        leaves["x"] = x.clone()
        for leaf in leaves.values():
            leaf.requires_grad_()
        loss = (forward(leaves["x"], own, roles, block.stride, training=True) * cotangent).sum()
        return dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))

    return actual, expected


@check("contract", points=1, testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a block draws from torch's generator at most: nothing is re-seeded, printed or set."""
    sizes, x = (3, 4, 2), draw(rng, 2, 3, 5, 6)
    one, other = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = submission.probe.draws_after([one, one, other, one], [0, 0, 0, 5], sizes, x)
    assert_shape(draws, (4, 4))
    first, again, second, later = as_array(draws).tolist()
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(first == again not in (second, later), "torch's global generator was re-seeded", help=help)
    seen = submission.probe.build_and_call.observe(sizes, x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
