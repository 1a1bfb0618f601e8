"""optimize_for_inference on two small networks with secret values, against the same networks built here."""

import torch
from torch import nn

from etude.grading import TensorValue, assert_close, assert_true, assert_unchanged, check, entry, unpack


@check("correctness", points=3)
def test_outputs(submission, rng):
    """The callable gives what the model gives in evaluation mode, though the model comes in training mode."""
    sample, x = rows(rng, 4), rows(rng, 4)
    help = "Run a copy of the model in evaluation mode: no dropout, and batch norm by its running statistics."
    assert_outputs(submission, case(rng, train=True), sample, [x, sample, x], help)


@check("correctness", points=1, depends_on="test_outputs")
def test_mixed_modes(submission, rng):
    """Submodules with modes of their own are run in evaluation mode, too."""
    sample, x = rows(rng, 4), rows(rng, 4)
    help = "eval() switches every submodule: dropout and batch norm follow their own flags, not the top module's."
    for settings in ({"modes": {"0.3": True}}, {"train": True, "modes": {"0.1": False}}, {"modes": {"0.1": True}}):
        assert_outputs(submission, case(rng, **settings), sample, [x, sample], help)


@check("correctness", points=2, depends_on="test_outputs")
def test_batch_sizes(submission, rng):
    """Other batch sizes than the sample's work."""
    help = "Nothing of the sample's batch size may stay in what you return."
    assert_outputs(submission, case(rng), rows(rng, 4), [rows(rng, n) for n in (7, 1, 2)], help)


@check("correctness", points=1, depends_on="test_batch_sizes")
def test_sample_of_one(submission, rng):
    """A sample of one row does for all batch sizes."""
    help = "A tracer may take a dimension of size 1 for a constant: show it a larger batch."
    assert_outputs(submission, case(rng, train=True), rows(rng, 1), [rows(rng, n) for n in (6, 1)], help)


@check("correctness", points=1, depends_on="test_outputs")
def test_images(submission, rng):
    """A float32 network of convolutions works as well."""
    drawn = case(rng, kind="images", dtype="float32", train=True)
    inputs = [images(rng, n, size) for n, size in ((2, 6), (5, 6))]
    assert_outputs(submission, drawn, inputs[0], inputs, "Keep the dtype: nothing here needs another one.")


@check("correctness", points=2)
def test_frozen_weights(submission, rng):
    """Parameters and buffers that change later do not show."""
    help = "Copy parameters and buffers deeply: references and shallow copies follow the model."
    for change in ("parameters", "buffers"):
        assert_frozen(submission, rng, change, help)


@check("correctness", points=1)
def test_frozen_structure(submission, rng):
    """Modes that are switched and layers that are replaced later do not show."""
    for change in ("modes", "layers"):
        assert_frozen(submission, rng, change, "The callable needs modules of its own.")


@check("gradient", points=2)
def test_no_autograd(submission, rng):
    """Nothing is recorded: the output requires no gradient, and none flows back to an input that does."""
    drawn, x, factor = case(rng), rows(rng, 4), rows(rng, 4)
    found = submission.probe.gradient(drawn, rows(rng, 4), x, factor)
    help = "Wrap the call itself in torch.no_grad or inference_mode: frozen parameters alone do not stop x's gradient."
    y = entry(found, "y", help=help)
    assert_close(y, evaluated(drawn, x), dtype="float64", help=help)
    recorded = isinstance(y, TensorValue) and (y.requires_grad or y.has_grad_fn)
    assert_true(not recorded, "the output requires gradients", help=help)
    assert_close(entry(found, "x"), factor, dtype="float64", help=help)


@check("contract", points=2, depends_on="test_no_autograd")
def test_values_and_modes_kept(submission, rng):
    """The model keeps its values and the mode of every submodule."""
    for settings in ({"train": True}, {"train": True, "modes": {"0.1": False}}, {"modes": {"0": True, "0.1": True}}):
        drawn = case(rng, dropout=0.0, **settings)
        x = rows(rng, 6)
        model = reference(drawn)
        found = submission.probe.model_afterwards(drawn, rows(rng, 4), x)
        help = "Switch modes on a copy. Giving back model.training alone forgets the submodules."
        assert_same(found, "modes", {name: str(module.training) for name, module in model.named_modules()}, help)
        state = entry(found, "state")
        for name, value in drawn["state"].items():
            assert_close(entry(state, name), value, tol=0.0, help="No training pass, and nothing in place.")
        assert_close(entry(found, "y"), model(x), dtype="float64", help=help)


@check("contract", points=1, depends_on="test_outputs")
def test_can_be_trained_on(submission, rng):
    """The model's parameters require gradients as before, and get them."""
    drawn = case(rng, dropout=0.0, train=True, frozen=["0.0.weight", "1.bias"])
    x, model = rows(rng, 6), reference(drawn)
    found = submission.probe.model_afterwards(drawn, rows(rng, 4), x)
    help = "requires_grad_(False), if at all, belongs on a copy."
    assert_same(found, "requires_grad", {name: str(p.requires_grad) for name, p in model.named_parameters()}, help)
    model(x).sum().backward()
    grads = entry(found, "grads")
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            assert_close(entry(grads, name, help=help), parameter.grad, dtype="float64", help=help)


@check("contract", points=1, depends_on="test_outputs", testimony=True)
def test_side_effects(submission, rng):
    """Sample and input, settings and generators are left alone, and nothing is printed."""
    drawn = case(rng, train=True)
    help = "Use no_grad as a context or decorator, not set_grad_enabled for good."
    assert_unchanged(submission.probe.use, drawn, rows(rng, 4), rows(rng, 5), draws=True, help=help)
    off = submission.probe.off_afterwards(drawn, rows(rng, 4), rows(rng, 5))
    assert_true(off is True, "autograd was off before the call, and is on after it", returned=off, help=help)


def rows(rng, count):
    return torch.from_numpy(rng.standard_normal((count, 5)))


def images(rng, count, size):
    return torch.from_numpy(rng.standard_normal((count, 2, size, size))).float()


def case(rng, *, kind="rows", dropout=0.5, dtype="float64", train=False, modes=None, frozen=()):
    """A network's kind, its values, and the modes and flags in which it comes."""
    settings = {"kind": kind, "dropout": dropout, "dtype": dtype, "train": train}
    state = {}
    for name, value in network(settings).state_dict().items():
        drawn = torch.from_numpy(rng.standard_normal(tuple(value.shape))) * 0.7
        if name.endswith("running_var"):
            drawn = torch.from_numpy(rng.uniform(0.3, 2.0, tuple(value.shape)))
        state[name] = drawn.to(getattr(torch, dtype)) if value.is_floating_point() else value + 3
    return settings | {"state": state, "modes": modes or {}, "frozen": list(frozen)}


def network(settings):
    if settings["kind"] == "rows":
        body = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(settings["dropout"]))
        return nn.Sequential(body, nn.Linear(8, 3))
    body = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout2d())
    return nn.Sequential(body, nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)))


def reference(drawn):
    """The case's network, in the modes and with the flags in which it comes."""
    model = network(drawn).double()
    model.load_state_dict(drawn["state"])
    model.train(drawn["train"])
    for name, mode in drawn["modes"].items():
        model.get_submodule(name).training = mode
    for name in drawn["frozen"]:
        model.get_parameter(name).requires_grad_(False)
    return model


def evaluated(drawn, x):
    with torch.no_grad():
        return reference(drawn).eval()(x.double())


def assert_outputs(submission, drawn, sample, inputs, help):
    found = submission.probe.outputs(drawn, sample, inputs)
    for actual, x in zip(unpack(found, len(inputs)), inputs, strict=True):
        assert_close(actual, evaluated(drawn, x), dtype=drawn["dtype"], help=help)


def assert_frozen(submission, rng, change, help):
    drawn, sample, x = case(rng), rows(rng, 4), rows(rng, 4)
    found = submission.probe.output_after_change(drawn, sample, x, change)
    assert_close(found, evaluated(drawn, x), dtype="float64", help=help)


def assert_same(found, key, wanted, help):
    flags = entry(found, key)
    assert_true(repr(flags) == repr(wanted), f"{key} changed", returned=repr(flags), wanted=repr(wanted), help=help)
