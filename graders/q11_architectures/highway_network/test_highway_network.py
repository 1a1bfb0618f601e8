"""Hidden grader of `highway_network`.

Secret values are written into the candidate's linear layers. Which of them is which is nobody's business but theirs:
every assignment of layers to parts is tried, and one has to make the formula give the network's results.
"""

from itertools import permutations

import numpy as np
import torch

from etude.grading import as_array, assert_close, assert_shape, assert_true, check, entry, unpack


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def forward(x, state, roles):
    """roles: the names of each layer's transform and gate, in order."""
    for transform, gate in roles:
        h = (x @ state[transform]["weight"].T + state[transform]["bias"]).clamp(min=0)
        t = torch.sigmoid(x @ state[gate]["weight"].T + state[gate]["bias"])
        x = t * h + (1 - t) * x
    return x


class Network:
    """The candidate's network: its linear layers, and what comes out with secret values in them."""

    def __init__(self, submission, rng, device, size, *depth):
        self.probe, self.rng, self.device, self.size = submission.probe, rng, device, size
        self.arguments, self.depth = [size, *depth], depth[0] if depth else 10
        self.fresh = self.probe.layers(self.arguments)
        help = "Each layer has two nn.Linear(size, size), kept as attributes or in an nn.ModuleList."
        found = isinstance(self.fresh, dict) and len(self.fresh) == 2 * self.depth
        returned = f"{len(self.fresh)} linear layers" if isinstance(self.fresh, dict) else None
        wanted = f"{2 * self.depth} of them for {self.depth} layers"
        assert_true(found, "the linear layers are not there", returned=returned, wanted=wanted, help=help)
        for layer in self.fresh.values():
            assert_shape(entry(layer, "weight"), (size, size), help=help)
            assert_shape(entry(layer, "bias"), (size,), help=help)

    def state(self):
        """Values under which gates and ReLUs take either side."""
        return {
            name: {"weight": draw(self.rng, self.size, self.size), "bias": draw(self.rng, self.size)}
            for name in self.fresh
        }

    def roles(self):
        """Every assignment of the linear layers to the parts."""
        for names in permutations(self.fresh):
            yield list(zip(names[::2], names[1::2], strict=True))

    def run(self, state, x, dtype="float64", training=True):
        return self.probe.run(self.arguments, state, x, dtype, self.device, training)

    def explain(self, actual, state, x, help=None, dtype="float64", tol=1e-10):
        """The roles under which the formula gives what came back; the check fails where there are none."""
        candidates = [(roles, forward(x, state, roles).numpy()) for roles in self.roles()]
        assert_shape(actual, candidates[0][1].shape, help=help)
        found = as_array(actual)
        roles, expected = min(candidates, key=lambda item: np.abs(np.nan_to_num(found - item[1], nan=np.inf)).max())
        assert_close(actual, expected, dtype=dtype, tol=tol, help=help)
        return roles


@check("correctness", points=3)
def test_one_layer(submission, rng, device):
    """One layer gives t * relu(H x) + (1 - t) * x."""
    for size, batch in ((5, 6), (1, 7)):
        network = Network(submission, rng, device, size, 1)
        state, x = network.state(), draw(rng, batch, size)
        help = "Mix by the gate: t for the transformed value, 1 - t for x; ReLU on the transform only."
        network.explain(network.run(state, x), state, x, help=help)


@check("correctness", points=3, depends_on="test_one_layer")
def test_stack(submission, rng, device):
    """Layers follow one another, each with maps of its own, and nothing else between or behind them."""
    for size, depth in ((4, 2), (3, 3)):
        network = Network(submission, rng, device, size, depth)
        state, x = network.state(), draw(rng, 6, size)
        network.explain(network.run(state, x), state, x, help="Each layer works on the result of the one before.")


@check("contract", points=1, depends_on="test_one_layer")
def test_default_depth(submission, rng, device):
    """`HighwayNetwork(size)` has ten layers."""
    network = Network(submission, rng, device, 3)
    one = {"weight": 0.5 * draw(rng, 3, 3), "bias": 0.5 * draw(rng, 3)}  # the same everywhere: order does not matter
    state, x = dict.fromkeys(network.fresh, one), draw(rng, 6, 3)
    names = list(state)
    expected = forward(x, state, list(zip(names[::2], names[1::2], strict=True)))
    assert_close(network.run(state, x), expected, dtype="float64")


@check("contract", points=2, depends_on="test_one_layer")
def test_gate_bias(submission, rng, device):
    """Every element of every gate's bias starts at -2, in every layer, and of no transform's; no weight is constant."""
    for size, depth in ((6, 1), (4, 2)):
        network = Network(submission, rng, device, size, depth)
        state, x = network.state(), draw(rng, 6, size)
        for transform, gate in network.explain(network.run(state, x), state, x):
            help = "nn.init.constant_(gate.bias, -2.0), for each gate, once it is made."
            assert_close(network.fresh[gate]["bias"], np.full(size, -2.0), tol=0, help=help)
            bound = (1 + 1e-6) / np.sqrt(size)  # torch's own start
            small = np.abs(as_array(network.fresh[transform]["bias"])).max() <= bound
            assert_true(small, "the transform's bias does not start as torch starts it", help="Leave H as it is made.")
            for weight in (as_array(network.fresh[name]["weight"]) for name in (transform, gate)):
                help = "Leave the weights as nn.Linear draws them: only the gate's bias is set."
                assert_true(weight.min() < weight.max(), "the weights of a linear layer start all alike", help=help)


@check("correctness", points=1, depends_on="test_one_layer")
def test_fresh_network_carries(submission, rng, device):
    """A fresh layer changes its input a little only."""
    x = draw(rng, 40, 64).float()
    y = submission.probe.fresh([64, 1], x)
    assert_shape(y, (40, 64))
    change = float(np.linalg.norm(as_array(y) - x.numpy()) / np.linalg.norm(x.numpy()))
    help = "With torch's own start and a bias of -2 the gates begin near sigmoid(-2) = 0.12."
    right = 0.08 < change < 0.25
    assert_true(
        right, "a fresh layer changes x by another amount", returned=f"{change:.0%}", wanted="about 16%", help=help
    )


@check("gradient", points=2, depends_on="test_one_layer")
def test_input_gradient(submission, rng, device):
    """The gradient reaches x along the transform, the gate and the carry, in either mode."""
    for size, depth, training in ((5, 1, True), (4, 2, True), (4, 2, False)):
        returned, leaves, gradients = differentiate(submission, rng, device, size, depth, training)
        help = "All three parts depend on x: detach none of them."
        assert_close(entry(returned, "x"), gradients[leaves.index("x")], dtype="float64", help=help)


@check("gradient", points=2, depends_on="test_one_layer")
def test_parameter_gradients(submission, rng, device):
    """Gradients reach every weight and bias, the gates' biases included."""
    for size, depth in ((5, 1), (4, 2)):
        returned, leaves, gradients = differentiate(submission, rng, device, size, depth)
        found, without = entry(returned, "layers"), entry(returned, "without")
        help = "A parameter that no result depends on does not belong there: a layer is two linear maps."
        assert_true(without == [], "parameters without a gradient", returned=str(without)[:100], help=help)
        for leaf, gradient in zip(leaves, gradients, strict=True):
            if leaf != "x":
                name, key = leaf
                help = f"This is the gradient of `{name}.{key}`: it is a parameter like any other."
                assert_close(entry(entry(found, name), key), gradient, dtype="float64", help=help)


def differentiate(submission, rng, device, size, depth, training=True):
    """What the candidate's network gives, what the gradients belong to, and the oracle's."""
    network = Network(submission, rng, device, size, depth)
    state, x, cotangent = network.state(), draw(rng, 6, size), draw(rng, 6, size)
    returned = network.probe.backward(network.arguments, state, x, cotangent, device, training)
    roles = network.explain(entry(returned, "y"), state, x)
    tensors = {(name, key): tensor for name, layer in state.items() for key, tensor in layer.items()} | {"x": x}
    for tensor in tensors.values():
        tensor.requires_grad_()
    loss = (forward(x, state, roles) * cotangent).sum()
    return returned, list(tensors), torch.autograd.grad(loss, list(tensors.values()))


@check("stability", points=1, depends_on=("test_one_layer", "test_input_gradient"))
def test_large_gate_scores(submission, rng, device):
    """Gate scores of ±10,000 give finite results and gradients, and gates that are nearly shut are no short cut."""
    network = Network(submission, rng, device, 4, 1)
    state, x = network.state(), draw(rng, 6, 4)
    ((_, gate),) = network.explain(network.run(state, x), state, x)
    state[gate]["weight"] *= 0.1
    state[gate]["bias"] = torch.tensor([1e4, -1e4, 1e4, -1e4], dtype=torch.float64)
    help = "torch.sigmoid is safe at both ends; exp(z) / (1 + exp(z)) is not."
    returned = network.probe.backward(network.arguments, state, x, torch.ones(6, 4, dtype=torch.float64), device, True)
    roles = network.explain(entry(returned, "y"), state, x, help=help)
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(forward(x, state, roles).sum(), [x])
    assert_close(entry(returned, "x"), gradient, dtype="float64", help=help)
    state[gate]["bias"] = torch.full((4,), -rng.uniform(9, 12), dtype=torch.float64)
    help = "A gate that is nearly shut still lets a little through: leave nothing out."
    network.explain(network.run(state, x.detach()), state, x.detach(), help=help)


@check("correctness", points=1, depends_on="test_one_layer")
def test_evaluation_mode(submission, rng, device):
    """Evaluation mode gives the same, and a single row is enough."""
    network = Network(submission, rng, device, 4, 2)
    state = network.state()
    for batch in (5, 1):
        for training in (False, True):
            x = draw(rng, batch, 4)
            help = "Nothing in a highway layer depends on the mode or on the other rows."
            network.explain(network.run(state, x, training=training), state, x, help=help)


@check("contract", points=1, depends_on="test_one_layer")
def test_dtype(submission, rng, device):
    """A network in float32 gives float32, one in bfloat16 gives bfloat16."""
    network = Network(submission, rng, device, 4, 2)
    state, x = network.state(), draw(rng, 6, 4).float()
    actual = network.run(state, x, dtype="float32")
    rounded = {name: {key: value.float().double() for key, value in layer.items()} for name, layer in state.items()}
    network.explain(actual, rounded, x.double(), help="Leave the dtype as it comes.", dtype="float32", tol=1e-5)
    half = Network(submission, rng, device, 4, 1)
    state, x = half.state(), draw(rng, 6, 4).bfloat16()
    rounded = {name: {key: value.bfloat16().double() for key, value in layer.items()} for name, layer in state.items()}
    help = "Half precision too: where you compute in float32, convert the result back."
    half.explain(half.run(state, x, dtype="bfloat16"), rounded, x.double(), help, dtype="bfloat16", tol=0.1)


@check("contract", points=1, depends_on="test_one_layer")
def test_input_unchanged(submission, rng, device):
    """Further calls on the same tensor give the same result, under no_grad too: x is left as it was."""
    network = Network(submission, rng, device, 4, 2)
    state, x = network.state(), draw(rng, 6, 4)
    results = network.probe.twice(network.arguments, state, x, device)
    for actual in unpack(results, 4):
        help = "x *= 1 - t writes into the caller's tensor."
        network.explain(actual, state, x, help=help)


@check("contract", points=1, testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a network draws from torch's generator at most: nothing is re-seeded, printed or set."""
    arguments, x = [4, 2], draw(rng, 3, 4).float()
    one, other = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = submission.probe.draws_after([one, one, other, one], [0, 0, 0, 5], arguments, x)
    assert_shape(draws, (4, 4))
    first, again, second, later = as_array(draws).tolist()
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(first == again not in (second, later), "torch's global generator was re-seeded", help=help)
    seen = submission.probe.fresh.observe(arguments, x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
