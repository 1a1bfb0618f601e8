"""Hidden grader of `regularized_nn`.

Secret values are written into the network's layers, found by class and shape, and what comes out is compared with the
formula in float64. For dropout the second layer is diagonal, so that each output shows whether its hidden value was
dropped. Initialised models start from secret values. Statistics have bounds of 6.5 standard deviations or more.
"""

from math import erfc, sqrt

import numpy as np
import torch

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_dtype,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    entry,
    unpack,
)

SIZES = (5, 8, 3)


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


# -- the network and its oracle


class Network:
    """The candidate's network, and the secret values in its three layers."""

    def __init__(self, submission, rng, device, sizes=SIZES, **options):
        self.probe, self.rng, self.device, self.sizes = submission.probe, rng, device, sizes
        self.handle = submission.RegularizedNN.keep(*sizes, **options)
        found = self.probe.layers(self.handle, sizes[0])
        linear, norm = entry(found, "linear"), entry(found, "norm")
        assert_true(isinstance(linear, dict) and isinstance(norm, dict), "the layers could not be read")
        inputs, hidden, outputs = sizes
        shapes = {name: unpack(about, 2)[0] for name, about in linear.items()}
        self.first = self._only(name for name, shape in shapes.items() if shape == [hidden, inputs])
        self.second = self._only(name for name, shape in shapes.items() if shape == [outputs, hidden])
        self.norm = self._only(name for name, width in norm.items() if width == hidden)
        self.has_bias = unpack(linear[self.first], 2)[1] is True
        assert_true(unpack(linear[self.second], 2)[1] is True, "the second layer has no bias")

    @staticmethod
    def _only(names):
        names = [name for name in names if isinstance(name, str)]
        wanted = "two nn.Linear and one nn.BatchNorm1d, of the sizes given"
        help = "Assign each layer to an attribute in __init__, or put it into a container of torch.nn."
        assert_true(len(names) == 1, f"{len(names)} layers of one kind and size", wanted=wanted, help=help)
        return names[0]

    def load(self, dtype="float64", open=True, diagonal=False):
        """Write new secret values. `open`: every hidden value is positive, so that ReLU does nothing."""
        rng, (inputs, hidden, outputs) = self.rng, self.sizes
        w2 = torch.diag(torch.from_numpy(rng.uniform(0.5, 2.0, hidden))) if diagonal else draw(rng, outputs, hidden)
        values = {
            self.first: {"weight": draw(rng, hidden, inputs), "bias": draw(rng, hidden)},
            self.norm: {
                "weight": torch.from_numpy(rng.uniform(0.5, 1.5, hidden)),
                "bias": draw(rng, hidden) + (40.0 if open else 0.0),
                "running_mean": draw(rng, hidden),
                "running_var": torch.from_numpy(rng.uniform(0.05, 2.0, hidden)),
            },
            self.second: {"weight": w2, "bias": draw(rng, outputs)},
        }
        if not self.has_bias:
            del values[self.first]["bias"]
        for tensors in values.values():
            tensors |= {name: value.to(getattr(torch, dtype)) for name, value in tensors.items()}
        self.values = {layer: {name: t.double() for name, t in tensors.items()} for layer, tensors in values.items()}
        self.probe.write(self.handle, values, dtype, self.device)

    def inputs(self, rows=9):
        return draw(self.rng, rows, self.sizes[0])

    def hidden(self, x, training=False, move=False):
        """The hidden values, before dropout; `move`: the running statistics move as in a training call."""
        first, norm = self.values[self.first], self.values[self.norm]
        z = x @ first["weight"].T + first.get("bias", 0.0)
        mean, var = (z.mean(0), z.var(0, unbiased=False)) if training else (norm["running_mean"], norm["running_var"])
        if move:
            norm["running_mean"] = 0.9 * norm["running_mean"] + 0.1 * mean
            norm["running_var"] = 0.9 * norm["running_var"] + 0.1 * z.var(0)
        return torch.relu((z - mean) / torch.sqrt(var + 1e-5) * norm["weight"] + norm["bias"])

    def expected(self, x, training=False, keep=1.0):
        second = self.values[self.second]
        return (self.hidden(x, training) * keep) @ second["weight"].T + second["bias"]

    def forward(self, x, training=False, calls=1):
        return unpack(self.probe.forward(self.handle, x, self.device, training, calls), calls)

    def masks(self, rate, rows=150, calls=1):
        """Which hidden values were kept in training, after a check that the others are scaled as they should be."""
        self.load(diagonal=True)
        x = self.inputs(rows)
        whole, bias = self.expected(x, training=True), self.values[self.second]["bias"]
        masks = []
        for result in self.forward(x, training=True, calls=calls):
            assert_shape(result, tuple(whole.shape))
            assert_dtype(result, "float64")
            ratio = (as_array(result) - bias.numpy()) / (whole - bias).numpy()
            keep = torch.from_numpy(ratio * (1 - rate) > 0.5).double()
            help = "Dropout is on the hidden values, behind batch norm: each is 0, or itself / (1 - dropout_rate)."
            assert_close(result, self.expected(x, True, keep / (1 - rate)), dtype="float64", tol=1e-9, help=help)
            masks.append(keep.numpy() > 0)
        return masks


@check("contract", points=1)
def test_module(submission, rng, device):
    """`RegularizedNN(input_size, hidden_size, output_size)` is an `nn.Module` from (N, inputs) to (N, outputs)."""
    network = submission.RegularizedNN.keep(input_size=4, hidden_size=6, output_size=1)
    assert_true(submission.probe.is_module(network) is True, "the network is no nn.Module")
    for training in (True, False):
        (scores,) = unpack(submission.probe.forward(network, draw(rng, 7, 4).float(), "cpu", training), 1)
        assert_true(isinstance(scores, TensorValue), "the result is no tensor")
        assert_shape(scores, (7, 1))


@check("contract", points=1, depends_on="test_module")
def test_layers(submission, rng, device):
    """Its layers are two linear ones with a batch norm between them, registered in the module."""
    Network(submission, rng, device)


@check("correctness", points=2, depends_on="test_layers")
def test_evaluation(submission, rng, device):
    """In evaluation mode: linear, batch norm with the running statistics, ReLU, linear."""
    network = Network(submission, rng, device, dropout_rate=0.0)
    network.load(open=False)
    x = network.inputs(40)
    help = "The order is linear, batch norm, ReLU, dropout, linear; the scores come out raw."
    assert_close(*network.forward(x), network.expected(x), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_layers")
def test_nothing_dropped_in_evaluation(submission, rng, device):
    """In evaluation mode calls on one tensor give the same again, a single row too: nothing is dropped or changed."""
    network = Network(submission, rng, device, dropout_rate=0.5)
    network.load()
    help = "nn.Dropout follows eval() by itself; functional.dropout needs training=self.training."
    for rows in (6, 1):
        x = network.inputs(rows)
        for result in network.forward(x, calls=3):
            assert_close(result, network.expected(x), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_layers")
def test_batch_statistics(submission, rng, device):
    """In training mode batch norm uses the batch's statistics; with rate 0 nothing is dropped."""
    network = Network(submission, rng, device, dropout_rate=0.0)
    network.load()
    x = network.inputs()
    assert_close(*network.forward(x, training=True), network.expected(x, training=True), dtype="float64")


@check("correctness", points=1, depends_on="test_layers")
def test_running_statistics(submission, rng, device):
    """Each training call moves the running statistics once, which evaluation then uses."""
    network = Network(submission, rng, device, dropout_rate=0.5)
    network.load()
    batches, x = [network.inputs() for _ in range(3)], network.inputs(4)
    for batch in batches:
        network.hidden(batch, training=True, move=True)
    actual = submission.probe.train_then_evaluate(network.handle, batches, x, device)
    help = "Leave the momentum at 0.1, call the norm once in forward, and let no dropout stand before it."
    assert_close(actual, network.expected(x), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_layers")
def test_dropout(submission, rng, device):
    """In training mode a share dropout_rate (0.5 by default) of the hidden values is dropped, the others are scaled."""
    for options in ({"dropout_rate": 0.2}, {"dropout_rate": float(rng.uniform(0.6, 0.75))}, {}):
        rate = options.get("dropout_rate", 0.5)
        (keep,) = Network(submission, rng, device, sizes=(5, 40, 40), **options).masks(rate)
        off = abs((~keep).mean() - rate) > 6.5 * sqrt(rate * (1 - rate) / keep.size)
        assert_true(not off, "another share was dropped", returned=f"{(~keep).mean():.3f}", wanted=f"about {rate:.3f}")


@check("correctness", points=1, depends_on="test_layers")
def test_independent_masks(submission, rng, device):
    """Each hidden value of each row is dropped by itself, and anew at every call."""
    network = Network(submission, rng, device, sizes=(5, 40, 40), dropout_rate=0.5)
    masks = np.stack(network.masks(0.5, rows=10, calls=120)) - 0.5
    for axes, what in [(0, "calls"), (1, "rows"), (2, "hidden values"), ((1, 2), "all values of a call")]:
        sums = masks.sum(axes)  # of n independent values: variance n / 4
        spread = (sums**2).mean() / (masks.size / sums.size / 4)
        problem = f"{what} do not drop independently of each other"
        help = "nn.Dropout tosses for every element: nothing drops whole rows or channels, or an exact share of all."
        assert_true(abs(spread - 1) < 6.5 * sqrt(2 / sums.size), problem, returned=f"{spread:.2f}", help=help)


@check("contract", points=1, depends_on="test_layers")
def test_dtype(submission, rng, device):
    """A network moved to float32 gives float32."""
    network = Network(submission, rng, device, dropout_rate=0.0)
    network.load("float32")
    x = network.inputs().float()
    assert_close(*network.forward(x), network.expected(x.double()), dtype="float32")


@check("gradient", points=2, depends_on="test_layers")
def test_gradient(submission, rng, device):
    """Gradients reach x and every parameter, in both modes."""
    network = Network(submission, rng, device, dropout_rate=0.0)
    for training in (False, True):
        network.load()
        x, cotangent = network.inputs(), draw(rng, 9, SIZES[2])
        found = submission.probe.backward(network.handle, x, cotangent, device, training)
        learnt = [(n, k) for n, tensors in network.values.items() for k in tensors if not k.startswith("running")]
        leaves = [x.requires_grad_(), *(network.values[layer][name].requires_grad_() for layer, name in learnt)]
        wanted = torch.autograd.grad((network.expected(x, training) * cotangent).sum(), leaves)
        help = "detach(), .data and no_grad() cut the graph."
        assert_close(entry(found, "x"), wanted[0], dtype="float64", tol=1e-9, help=help)
        for (layer, name), gradient in zip(learnt, wanted[1:], strict=True):
            actual = entry(entry(entry(found, "layers"), layer), name)
            assert_close(actual, gradient, dtype="float64", tol=1e-9, help=f"This is the gradient of `{layer}.{name}`.")


# -- initialize_weights

WEIGHTS = ("test_linear_weights", "test_convolution_weights", "test_constants")


def initialise(submission, rng, spec, **how):
    """All tensors of a model after the call, and the whole answer of the probe."""
    found = submission.probe.initialise(spec, rng.uniform(2.0, 9.0), **how)
    return entry(found, "state"), found


def assert_drawn(weight, shape, exceeding, help, dtype="float32"):
    """Shares of |w| above thresholds, [(threshold, probability)], and of positive w."""
    assert_shape(weight, shape, help=help)
    assert_dtype(weight, dtype, help=help)
    w = as_array(weight)
    for threshold, wanted in [*exceeding, (None, 0.5)]:
        share = float(((w > 0) if threshold is None else (np.abs(w) > threshold)).mean())
        what = "the share of positive weights" if threshold is None else f"the share of weights beyond ±{threshold:.4g}"
        off = abs(share - wanted) > 6.5 * sqrt(wanted * (1 - wanted) / w.size)
        assert_true(not off, what + " is wrong", returned=f"{share:.4f}", wanted=f"about {wanted:.4f}", help=help)
    rows = w.reshape(len(w), -1)
    sums = rows.sum(0) / sqrt(len(rows) * float((w.astype(np.float64) ** 2).mean()))
    assert_true(float((sums**2).mean()) < 1 + 8 * sqrt(2 / sums.size), "rows are not independent", help=help)


def assert_he_normal(weight, outputs, inputs, dtype="float32"):
    sd = sqrt(2 / inputs)
    help = "nn.init.kaiming_normal_ with fan-in and the gain of ReLU: standard deviation sqrt(2 / fan_in)."
    shares = [(k * sd, erfc(k / sqrt(2))) for k in (0.5, 1.0, 2.0, 3.0)]
    assert_drawn(weight, (outputs, inputs), shares, help, dtype)


def assert_xavier_uniform(weight, shape, dtype="float32"):
    bound = sqrt(6 / ((shape[0] + shape[1]) * shape[2] * shape[3]))
    help = "nn.init.xavier_uniform_: uniform on ±sqrt(6 / (fan_in + fan_out))."
    assert_drawn(weight, shape, [(f * bound, 1 - f) for f in (0.25, 0.5, 0.75, 0.95)], help, dtype)
    assert_true(np.abs(as_array(weight)).max() <= bound * 1.00001, "weights beyond the uniform bound", help=help)


def assert_constant(tensor, shape, value, help=None):
    assert_close(tensor, np.full(shape, value, np.float32), tol=0, help=help)


@check("correctness", points=2)
def test_linear_weights(submission, rng, device):
    """Weights of nn.Linear are He-normal."""
    for inputs, outputs in ((80, 250), (250, 80)):
        state, _ = initialise(submission, rng, ("Sequential", [("Linear", (inputs, outputs), {})], {}))
        assert_he_normal(entry(state, "0.weight"), outputs, inputs)


@check("correctness", points=2)
def test_convolution_weights(submission, rng, device):
    """Weights of nn.Conv2d are Xavier-uniform."""
    for inputs, outputs, kernel, groups in ((20, 60, (3, 5), 1), (60, 40, (3, 3), 2), (120, 150, (1, 1), 1)):
        spec = ("Conv2d", (inputs, outputs, kernel), {"groups": groups})
        state, _ = initialise(submission, rng, ("Sequential", [spec], {}))
        assert_xavier_uniform(entry(state, "0.weight"), (outputs, inputs // groups, *kernel))


@check("correctness", points=2)
def test_constants(submission, rng, device):
    """Biases of linear layers, convolutions and batch norms are 0; weights of batch norms are 1."""
    spec = [("Linear", (4, 3), {}), ("Conv2d", (2, 3, 3), {}), ("BatchNorm1d", (3,), {}), ("BatchNorm2d", (3,), {})]
    state, _ = initialise(submission, rng, ("Sequential", spec, {}))
    for name, value in {"0.bias": 0, "1.bias": 0, "2.bias": 0, "3.bias": 0, "2.weight": 1, "3.weight": 1}.items():
        assert_constant(entry(state, name), 3, value, f"This is the {name[2:]} of a {spec[int(name[0])][0]}.")


@check("correctness", points=2, depends_on=WEIGHTS)
def test_depth(submission, rng, device):
    """Layers are found at any depth, the model itself included."""
    linear, norm, convolution = ("Linear", (150, 90), {}), ("BatchNorm2d", (9,), {}), ("Conv2d", (30, 40, 3), {})
    deep = ("Sequential", [("Sequential", [("Sequential", [linear, norm, convolution], {})], {})], {})
    help = "children() is one level; modules() and apply() go all the way, and begin with the model itself."
    for specs, names in (((deep, deep, deep), ("0.0.0.", "0.0.1.", "0.0.2.")), ((linear, norm, convolution), [""] * 3)):
        states = [initialise(submission, rng, spec)[0] for spec in specs]
        assert_he_normal(entry(states[0], f"{names[0]}weight"), 90, 150)
        assert_constant(entry(states[1], f"{names[1]}weight"), 9, 1.0, help)
        assert_xavier_uniform(entry(states[2], f"{names[2]}weight"), (40, 30, 3, 3))


@check("stability", points=1, depends_on=("test_linear_weights", "test_convolution_weights"))
def test_missing_parts(submission, rng, device):
    """Layers without bias and norms without weights are no obstacle."""
    bare = {"affine": False, "track_running_stats": False}
    spec = [("BatchNorm1d", (3,), {"affine": False}), ("BatchNorm2d", (3,), bare)]
    spec += [("Conv2d", (30, 40, 3), {"bias": False}), ("Linear", (150, 90), {"bias": False})]
    state, _ = initialise(submission, rng, ("Sequential", spec, {}))
    assert_xavier_uniform(entry(state, "2.weight"), (40, 30, 3, 3))
    assert_he_normal(entry(state, "3.weight"), 90, 150)


@check("correctness", points=1, depends_on=WEIGHTS)
def test_subclasses(submission, rng, device):
    """Subclasses of these layers are such layers."""
    spec = [("OwnLinear", (150, 90), {}), ("OwnConv2d", (30, 40, 3), {}), ("OwnBatchNorm1d", (5,), {})]
    state, _ = initialise(submission, rng, ("Sequential", spec, {}))
    assert_he_normal(entry(state, "0.weight"), 90, 150)
    assert_xavier_uniform(entry(state, "1.weight"), (40, 30, 3, 3))
    assert_constant(entry(state, "2.weight"), 5, 1.0, "isinstance(module, nn.BatchNorm1d) includes subclasses.")


@check("contract", points=2, depends_on=("test_linear_weights", "test_constants"))
def test_others_untouched(submission, rng, device):
    """Everything else keeps its values: other layers, running statistics, modes, gradients."""
    kept = [("Conv1d", (2, 3, 3), {}), ("ConvTranspose2d", (2, 3, 3), {}), ("BatchNorm3d", (3,), {})]
    kept += [("LayerNorm", (4,), {}), ("GroupNorm", (2, 4), {}), ("Embedding", (5, 3), {}), ("LSTM", (3, 2), {})]
    kept += [("Bilinear", (2, 3, 2), {}), ("InstanceNorm2d", (3,), {"affine": True})]
    spec = ("Sequential", [*kept, ("BatchNorm1d", (3,), {}), ("BatchNorm2d", (4,), {}), ("Linear", (4, 3), {})], {})
    start, evaluation = rng.uniform(2.0, 9.0), ["1", "10"]
    found = submission.probe.initialise(spec, start, evaluation=evaluation)
    state = entry(found, "state")
    layers = torch.nn.Sequential(*(getattr(torch.nn, kind)(*args, **options) for kind, args, options in spec[1]))
    for name, like in layers.state_dict().items():
        layer = int(name.split(".")[0])
        if layer >= len(kept) and name.endswith(("weight", "bias")):
            continue
        steps = torch.arange(like.numel(), dtype=torch.float64) / max(like.numel(), 1)
        wanted = (start + steps).reshape(like.shape).float() if like.is_floating_point() else torch.tensor(int(start))
        help = f"{name} of {type(layers[layer]).__name__} is not for this function to change."
        assert_close(entry(state, name), wanted, tol=0, help=help)
    for name, module in layers.named_modules():
        same = entry(entry(found, "training"), name) is (name not in evaluation)
        assert_true(same, f"the mode of {type(module).__name__} was changed")
    gradient = entry(entry(found, "gradients"), "0.bias")
    assert_close(gradient, np.full(3, start), dtype="float32", help="Gradients are not for this function to change.")


@check("contract", points=1, depends_on=WEIGHTS)
def test_frozen(submission, rng, device):
    """Frozen parameters are initialised too, and stay frozen; the others stay trainable; dtypes stay."""
    spec = ("Sequential", [("Linear", (150, 90), {}), ("Conv2d", (30, 90, 3), {}), ("BatchNorm1d", (90,), {})], {})
    names = [f"{layer}.{name}" for layer in range(3) for name in ("weight", "bias")]
    for frozen, dtype in ((names, "float64"), (["0.weight", "2.bias"], "float32")):
        state, found = initialise(submission, rng, spec, frozen=frozen, dtype=dtype)
        assert_he_normal(entry(state, "0.weight"), 90, 150, dtype)
        assert_xavier_uniform(entry(state, "1.weight"), (90, 30, 3, 3), dtype)
        for name in names:
            if name not in ("0.weight", "1.weight"):
                assert_constant(entry(state, name), 90, float(name == "2.weight"))
            same = entry(entry(found, "trainable"), name) is (name not in frozen)
            assert_true(same, f"requires_grad of {name} was changed", help="Write into the parameter that is there.")


@check("contract", points=1, depends_on=WEIGHTS)
def test_same_objects(submission, rng, device):
    """The parameters stay the same objects: who held them before sees the new values."""
    spec = [("Linear", (150, 90), {}), ("Conv2d", (30, 40, 3), {}), ("BatchNorm1d", (5,), {})]
    held = submission.probe.initialise_held(("Sequential", spec, {}), rng.uniform(2.0, 9.0))
    help = "A new nn.Parameter leaves the optimiser with the old one: write into it, in place."
    for name, size, value in (("0.bias", 90, 0.0), ("1.bias", 40, 0.0), ("2.weight", 5, 1.0), ("2.bias", 5, 0.0)):
        assert_constant(entry(held, name), size, value, help)
    assert_he_normal(entry(held, "0.weight"), 90, 150)
    assert_xavier_uniform(entry(held, "1.weight"), (40, 30, 3, 3))


@check("contract", points=1, depends_on="test_constants")
def test_returns_none(submission, rng, device):
    """`initialize_weights` returns None."""
    found = submission.probe.returned(("Linear", (4, 3), {}), rng.uniform(2.0, 9.0))
    assert_true(found is None, "something came back", returned=type(found).__name__, wanted="None")


@check("contract", points=1, depends_on="test_module", testimony=True)
def test_global_state(submission, rng, device):
    """torch's generator is drawn from at most: nothing is re-seeded, printed or set."""
    assert_unchanged(submission.probe.use_all, (4, 6, 2), draw(rng, 5, 4).float(), draws=True)
