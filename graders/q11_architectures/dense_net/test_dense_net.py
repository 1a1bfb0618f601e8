"""Hidden grader of `dense_net`.

Secret values are written into the candidate's linear layers, which their sizes tell apart, and into its batch norms.
Which norm belongs to which layer is nobody's business but the candidate's: every order is tried, and one has to make
the oracle (torch's functions in float64) give the network's results.
"""

from itertools import permutations

import numpy as np
import torch
from torch.nn import functional

from etude.grading import as_array, assert_close, assert_shape, assert_true, check, entry, unpack

SIZES = (5, 4, 3, 3)  # inputs, growth, layers, classes: the growth is not the number of classes
HIGH = 30.0  # a norm's bias that keeps its ReLU open


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def forward(x, state, layers, head, training):
    """What the network should give; in training the running statistics in `state` move."""
    for linear, norm in layers:
        new, moved = functional.linear(x, state[linear]["weight"]), state[norm]
        new = functional.batch_norm(
            new, moved["running_mean"], moved["running_var"], moved["weight"], moved["bias"], training
        )
        x = torch.cat([x, new.clamp(min=0)], 1)
    return functional.linear(x, state[head]["weight"], state[head]["bias"])


class Network:
    """The candidate's network of certain sizes: its layers, what is written into them, and what comes out."""

    def __init__(self, submission, rng, device, sizes=SIZES):
        self.probe, self.rng, self.device, self.sizes = submission.probe, rng, device, sizes
        inputs, growth, count, classes = sizes
        found = self.probe.layers(sizes)
        linears, norms = entry(found, "linears"), entry(found, "norms")
        for table in (linears, norms):
            assert_true(isinstance(table, dict) and len(table) < 12, "the network's layers could not be read")
        wanted = [[growth, inputs + i * growth] for i in range(count)] + [[classes, inputs + count * growth]]
        names = [[name for name, size in linears.items() if size == each] for each in wanted]
        norms = [name for name, size in norms.items() if type(size) is int and size == growth]
        assert_true(
            all(len(each) == 1 for each in names) and len(norms) == count,
            "the linear layers and batch norms are not those of the network",
            returned=f"linear {list(linears.values())}, and {len(norms)} norms of {growth}",
            wanted=f"linear {wanted}, and {count} norms",
            help="Layer i sees input_size + i * growth_rate features; register each layer's linear map and norm.",
        )
        *self.linears, self.head = (each[0] for each in names)
        self.norms = norms
        self.orders = [list(zip(self.linears, order, strict=True)) for order in permutations(norms)]

    def random_state(self):
        """Values under which every ReLU is open for some rows and shut for others."""
        rng, (inputs, growth, count, classes) = self.rng, self.sizes
        state = {}
        for i, linear in enumerate(self.linears):
            weight = draw(rng, growth, inputs + i * growth) / np.sqrt(inputs + i * growth)
            state[linear] = {"weight": weight, "bias": torch.zeros(growth, dtype=torch.float64)}
        for norm in self.norms:
            state[norm] = {
                "weight": torch.from_numpy(rng.uniform(0.5, 1.5, growth)),
                "bias": 0.3 * draw(rng, growth),
                "running_mean": 0.3 * draw(rng, growth),
                "running_var": torch.from_numpy(rng.uniform(0.3, 1.5, growth)),
            }
        weight, bias = draw(rng, classes, inputs + count * growth), draw(rng, classes)
        weight[-1], bias[-1] = -weight[0], -bias[0]  # scores of either sign
        state[self.head] = {"weight": weight, "bias": bias}
        return state

    def linear_state(self):
        """High norm biases, under which no ReLU has anything to do."""
        state = self.random_state()
        for norm in self.norms:
            state[norm]["bias"] += HIGH
        for linear in self.linears:  # nothing behind the input gets so large that a ReLU shuts
            state[linear]["weight"][:, self.sizes[0] :] = state[linear]["weight"][:, self.sizes[0] :].abs()
        return state

    def inputs(self, rows=8):
        return draw(self.rng, rows, self.sizes[0])

    def run(self, function, state, *args, dtype="float64"):
        """Call a function of the probe on the network with `state` written into it."""
        return function(self.sizes, state, dtype, self.device, *args)

    def expected(self, state, x, layers, training=False):
        return forward(x, copied(state), layers, self.head, training)

    def explain(self, actual, expected, help, dtype="float64", tol=1e-10):
        """There is an order of the norms under which `expected(layers)` is what came back."""
        closest, least = None, np.inf
        for layers in self.orders:
            wanted = expected(layers).detach()
            assert_shape(actual, tuple(wanted.shape), help=help)
            error = np.abs(as_array(actual) - wanted.numpy()).max()
            if closest is None or error < least:
                closest, least = wanted, error
        assert_close(actual, closest, dtype=dtype, tol=tol, help=help)


def copied(state):
    return {name: {key: tensor.clone() for key, tensor in layer.items()} for name, layer in state.items()}


def evaluates(network, state, inputs, help):
    """In evaluation mode, one result for each input."""
    results = unpack(network.run(network.probe.evaluate, state, inputs), len(inputs))
    for x, actual in zip(inputs, results, strict=True):
        network.explain(actual, lambda layers, x=x: network.expected(state, x, layers), help)


# -- checks


@check("contract", points=1)
def test_shapes(submission, rng, device):
    """`DenseNet(input_size, growth_rate, num_layers, num_classes)` is a module from (N, inputs) to (N, classes)."""
    for rows, (inputs, growth, count, classes) in [(4, (6, 3, 2, 5)), (2, (1, 1, 1, 1)), (3, (4, 2, 0, 1))]:
        sizes = {"input_size": inputs, "growth_rate": growth, "num_layers": count, "num_classes": classes}
        found = submission.probe.shape(sizes, draw(rng, rows, inputs).float())
        help = "Derive the class from nn.Module; every row gets num_classes scores, also where there is one of each."
        wanted = [rows, classes]
        assert_true(found == wanted, f"the shape is wrong for {sizes}", returned=str(found), wanted=wanted, help=help)


@check("contract", points=1, depends_on="test_shapes")
def test_layers(submission, rng, device):
    """Each layer's linear map and norm are registered, and have the sizes that the concatenation gives them."""
    for sizes in (SIZES, (7, 2, 4, 3), (3, 6, 1, 2)):
        Network(submission, rng, device, sizes)


@check("contract", points=1, depends_on="test_shapes")
def test_defaults(submission, rng, device):
    """Growth rate 32, three layers and ten classes are the defaults."""
    inputs = int(rng.integers(4, 12))
    found = entry(submission.probe.layers((inputs,)), "linears")
    assert_true(isinstance(found, dict), "the network's layers could not be read")
    wanted = sorted([[32, inputs + 32 * i] for i in range(3)] + [[10, inputs + 96]])
    given = [size for size in found.values() if isinstance(size, list) and all(type(n) is int for n in size)]
    assert_true(sorted(given) == wanted, "the linear layers are others", returned=str(given)[:200], wanted=str(wanted))


@check("correctness", points=1, depends_on="test_layers")
def test_one_layer(submission, rng, device):
    """One layer: the head sees the input, then the layer's output; raw scores come out."""
    network = Network(submission, rng, device, (4, 5, 1, 3))
    help = "cat([x, norm(linear(x))], dim=1), and a linear head with a bias and nothing behind it."
    evaluates(network, network.linear_state(), [network.inputs(), network.inputs(1)], help)


@check("correctness", points=2, depends_on="test_layers")
def test_concatenation(submission, rng, device):
    """Every layer sees the input and all earlier outputs in order, the input first; a single row is enough."""
    network = Network(submission, rng, device)
    help = "Append each layer's output behind the features so far, along dimension 1."
    evaluates(network, network.linear_state(), [network.inputs(), network.inputs(1)], help)


@check("correctness", points=2, depends_on="test_layers")
def test_relu(submission, rng, device):
    """Linear, batch norm, ReLU: negative features of a layer become 0, those of the input stay."""
    network = Network(submission, rng, device)
    help = "ReLU acts on the new features, behind their norm, before anybody else sees them."
    evaluates(network, network.random_state(), [2 * network.inputs(20)], help)


@check("correctness", points=1, depends_on="test_shapes")
def test_no_layers(submission, rng, device):
    """Without layers the network is its head."""
    network = Network(submission, rng, device, (5, 4, 0, 3))
    help = "With num_layers=0 the head is linear from input_size to num_classes."
    evaluates(network, network.random_state(), [network.inputs(), network.inputs(1)], help)


@check("stability", points=1, depends_on="test_relu")
def test_sizes_of_one(submission, rng, device):
    """Inputs, growth, layers or classes of one are computed like any others."""
    help = "A single score is a raw score, too: nothing depends on how many there are."
    for sizes in [(1, 1, 2, 1), (3, 4, 1, 1), (4, 1, 2, 3)]:
        network = Network(submission, rng, device, sizes)
        evaluates(network, network.random_state(), [2 * network.inputs(20), network.inputs(1)], help)


@check("correctness", points=2, depends_on="test_layers")
def test_training_mode(submission, rng, device):
    """In training mode the norms use the batch's own statistics."""
    network = Network(submission, rng, device)
    state, x = network.random_state(), network.inputs(12)
    help = "Leave the mode to the norms: they follow the network's train() and eval()."
    actual = network.run(network.probe.train, state, x)
    network.explain(actual, lambda layers: network.expected(state, x, layers, training=True), help)


@check("correctness", points=2, depends_on="test_layers")
def test_running_statistics(submission, rng, device):
    """A training pass moves each norm's running statistics once, by the default momentum: evaluation shows it."""
    network = Network(submission, rng, device)
    state, batches, x = network.linear_state(), [network.inputs() for _ in range(3)], network.inputs()

    def expected(layers):
        moved = copied(state)
        for batch in batches:
            forward(batch, moved, layers, network.head, training=True)
        return network.expected(moved, x, layers)

    help = "Call each layer once in forward, and leave nn.BatchNorm1d's settings (eps, momentum, affine) as they are."
    network.explain(network.run(network.probe.train_then_evaluate, state, batches, x), expected, help)


@check("stability", points=1, depends_on="test_concatenation")
def test_second_call(submission, rng, device):
    """Two calls on the same strided tensor give the same result: x is left as it was, and nothing is carried over."""
    network = Network(submission, rng, device)
    state, x = network.linear_state(), network.inputs()
    help = "Neither write into x nor keep features between calls."
    for actual in unpack(network.run(network.probe.evaluate_again, state, x), 2):
        network.explain(actual, lambda layers: network.expected(state, x, layers), help)


@check("contract", points=1, depends_on="test_concatenation")
def test_dtype(submission, rng, device):
    """A network moved to float32 gives float32."""
    network = Network(submission, rng, device)
    state, x = network.linear_state(), network.inputs().float()
    rounded = {name: {key: tensor.float().double() for key, tensor in layer.items()} for name, layer in state.items()}
    actual = network.run(network.probe.evaluate, state, [x], dtype="float32")
    network.explain(
        unpack(actual, 1)[0],
        lambda layers: network.expected(rounded, x.double(), layers),
        "Leave the dtype as it comes.",
        dtype="float32",
        tol=1e-5,
    )


@check("gradient", points=2, depends_on="test_layers")
def test_input_gradient(submission, rng, device):
    """The gradient reaches x along every path, in either mode."""
    network = Network(submission, rng, device)
    help = "The head and every layer see x: detach nothing, in evaluation mode neither."
    for training in (True, False):
        found, expected = gradients(network, training)
        network.explain(entry(found, "x"), lambda layers, e=expected: e(layers)["x"], help, tol=1e-9)


@check("gradient", points=2, depends_on="test_concatenation")
def test_parameter_gradients(submission, rng, device):
    """Gradients reach every linear layer and norm, from the head and through all later layers."""
    network = Network(submission, rng, device)
    found, expected = gradients(network)
    layers = entry(found, "layers")
    for index, linear in enumerate(network.linears):
        actual = entry(entry(layers, linear), "weight")
        help = f"This is the gradient of `{linear}.weight`."
        network.explain(actual, lambda order, i=index: expected(order)[order[i][0], "weight"], help, tol=1e-9)
    actual = entry(entry(layers, network.head), "weight")
    network.explain(actual, lambda order: expected(order)[network.head, "weight"], "This is the head's.", tol=1e-9)
    for norm in network.norms:
        for key in ("weight", "bias"):
            actual, help = entry(entry(layers, norm), key), f"This is the gradient of `{norm}.{key}`."
            network.explain(actual, lambda order, n=norm, k=key: expected(order)[n, k], help, tol=1e-9)


def gradients(network, training=True):
    """At x and all that is learnt: the candidate's, and the oracle's as a function of the order."""
    state, x, cotangent = network.linear_state(), network.inputs(), draw(network.rng, 8, network.sizes[3])
    actual = network.run(network.probe.backward, state, x, cotangent, training)
    known = {}

    def expected(layers):
        if str(layers) not in known:
            own = copied(state)
            leaves = {(name, key): own[name][key] for name in own for key in ("weight", "bias")}
            leaves["x"] = x.clone()
            for leaf in leaves.values():
                leaf.requires_grad_()
            loss = (forward(leaves["x"], own, layers, network.head, training) * cotangent).sum()
            found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
            known[str(layers)] = dict(zip(leaves, found, strict=True))
        return known[str(layers)]

    return actual, expected


@check("contract", points=1, depends_on="test_shapes", testimony=True)
def test_global_state(submission, rng, device):
    """Building and calling a network draws from torch's generator at most: nothing is re-seeded, printed or set."""
    sizes, x = (4, 3, 2, 2), draw(rng, 5, 4)
    one, other = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = submission.probe.draws_after([one, one, other], sizes, x)
    assert_shape(draws, (3, 4))
    first, again, second = as_array(draws).tolist()
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(first == again != second, "torch's global generator was re-seeded", help=help)
    seen = submission.probe.build_and_call.observe(sizes, x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])
    modes = submission.probe.grad_modes_after(sizes, x)
    assert_true(
        modes == [True, False] * 2, "a call switched autograd on or off for its caller", returned=str(modes)[:50]
    )
