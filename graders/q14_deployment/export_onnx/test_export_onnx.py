"""export_to_onnx on small networks with secret values: the file comes here and is run by onnxruntime."""

import functools

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from etude.grading import assert_close, assert_true, check, entry


@check("contract", points=2)
def test_file(submission, rng):
    """One valid, self-contained file is written, with `input` and `output`, which gives the sample's results."""
    drawn, sample = case(rng), rows(rng, 3)
    found = submission.probe.export(drawn, sample)
    session = loaded(found)
    assert_run(session, drawn, sample, help="Export model(sample_input) by torch.onnx.export.")


@check("correctness", points=2, depends_on="test_file")
def test_evaluation_mode(submission, rng):
    """A model in training mode is exported in evaluation mode, all its submodules included."""
    drawn, sample = case(rng, train=True, modes={"0.3": False}), rows(rng, 3)
    help = "Call eval() before the export: dropout and batch norm are recorded as they are then."
    session = loaded(submission.probe.export(drawn, sample, old=b"something older"))
    assert_run(session, drawn, sample, help=help)
    assert_run(session, drawn, rows(rng, 3), help=help)


@check("correctness", points=2, depends_on="test_file")
def test_batch_sizes(submission, rng):
    """Other batch sizes than the sample's work."""
    drawn = case(rng)
    session = loaded(submission.probe.export(drawn, rows(rng, 3)))
    help = "Leave dimension 0 free, by dynamic_axes (at both ends) or dynamic_shapes."
    for value in (*session.get_inputs(), *session.get_outputs()):
        free = not value.shape or type(value.shape[0]) is not int
        assert_true(free, f"{value.name} has a fixed batch size", returned=str(value.shape), help=help)
    for count in (7, 1):
        assert_run(session, drawn, rows(rng, count), help=help)


@check("correctness", points=2, depends_on="test_file")
def test_images_from_a_sample_of_one(submission, rng):
    """A network of convolutions exported with a batch of one takes batches of every size."""
    drawn = case(rng, kind="images", modes={"0.3": True})
    session = loaded(submission.probe.export(drawn, images(rng, 1)))
    help = "A size of 1 may be taken for a constant: repeat the sample before you export."
    for count in (5, 1):
        assert_run(session, drawn, images(rng, count), help=help)


@check("contract", points=1, depends_on="test_file")
def test_bare_name(submission, rng):
    """A Path will do, and a file's name alone stands for the working directory."""
    drawn, sample = case(rng), rows(rng, 3)
    session = loaded(submission.probe.export_here(drawn, sample))
    help = "The dirname of a bare name is empty, which is no folder; Path(path).parent is '.'."
    assert_run(session, drawn, sample, help=help)


@check("contract", points=1, depends_on="test_file")
def test_modes_given_back(submission, rng):
    """The model's values, requires_grad and the mode of every submodule are as before."""
    drawn = case(rng, train=True, modes={"0.3": False})
    found = submission.probe.export(drawn, rows(rng, 3))
    loaded(found)
    assert_modes(found, drawn)
    state = entry(found, "state")
    for name, value in drawn["state"].items():
        assert_close(entry(state, name), value, tol=0.0, help="The export has to leave the weights alone.")
    learnt = repr([False, *[True] * (len(list(model_of(drawn).parameters())) - 1)])
    seen = entry(found, "requires_grad")
    help = "Export under torch.no_grad(), or a copy, rather than freeze the model."
    assert_true(seen == learnt, "requires_grad was changed", returned=str(seen)[:200], wanted=learnt, help=help)


@check("errors", points=2, depends_on="test_file")
def test_control_flow(submission, rng):
    """A branch on values raises, leaves no file, and the modes are given back."""
    drawn, sample = case(rng, kind="branch", train=True, modes={"0": False}), rows(rng, 3)
    for lenient in (False, True):
        found = submission.probe.failure(drawn | {"lenient": lenient}, sample, False)
        help = "A tracer only warns of such a branch: turn torch.jit.TracerWarning into an error."
        assert_failed(found, drawn, help)


@check("errors", points=1, depends_on="test_file")
def test_missing_folder(submission, rng):
    """A folder that does not exist raises, and is not made."""
    drawn, sample = case(rng, train=True), rows(rng, 3)
    found = submission.probe.failure(drawn | {"lenient": False}, sample, True)
    assert_failed(found, drawn, "Do not create folders on the way.")


@check("contract", points=1, depends_on="test_file", testimony=True)
def test_side_effects(submission, rng):
    """Nothing is printed, and no global setting or generator is changed."""
    seen = submission.probe.printed.observe(case(rng), rows(rng, 3), draws=True)
    help = "verbose=False keeps an exporter quiet."
    assert_true(seen.value == "" if type(seen.value) is str else False, "something was printed", help=help)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings))


def rows(rng, count):
    return torch.from_numpy(rng.standard_normal((count, 5))).float()


def images(rng, count):
    return torch.from_numpy(rng.standard_normal((count, 2, 6, 6))).float()


class Branch(nn.Module):
    """Stands for the module that branches; never run here."""


def network(kind):
    if kind == "rows":
        body = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.5))
        return nn.Sequential(body, nn.Linear(8, 3))
    if kind == "branch":
        return nn.Sequential(nn.Sequential(nn.Linear(5, 5), nn.Dropout(0.5)), Branch())
    body = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout2d())
    return nn.Sequential(body, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))


def case(rng, *, kind="rows", train=False, modes=None):
    """A network's kind, its values, and the modes in which it comes."""
    state = {}
    for name, value in network(kind).state_dict().items():
        drawn = torch.from_numpy(rng.standard_normal(tuple(value.shape))).float() * 0.7
        if name.endswith("running_var"):
            drawn = torch.from_numpy(rng.uniform(0.3, 2.0, tuple(value.shape))).float()
        state[name] = drawn if value.is_floating_point() else value + 3
    return {"kind": kind, "state": state, "train": train, "modes": modes or {}}


def model_of(drawn):
    model = network(drawn["kind"]).double()
    model.load_state_dict(drawn["state"])
    model.train(drawn["train"])
    for name, mode in drawn["modes"].items():
        model.get_submodule(name).training = mode
    return model


def loaded(found):
    """A session on the one file that was written, after onnx's checker has accepted it."""
    files = entry(found, "files")
    names = list(files) if isinstance(files, dict) else files
    help = "One file at path: no external data, and nothing temporary left beside it."
    assert_true(names == ["model.onnx"], "other files were written", returned=str(names)[:200], help=help)
    content = files["model.onnx"]
    problem, session = opened(content if type(content) is bytes else b"")
    assert_true(session is not None, "the file is no valid model", returned=problem, help=help)
    return session


@functools.lru_cache(maxsize=2)
def opened(content):
    """(problem, None) or ("", session)."""
    try:
        graph = onnx.load_from_string(content)
        outside = [
            tensor.name for tensor in graph.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL
        ]
        if outside:
            return f"weights outside: {outside}"[:200], None
        onnx.checker.check_model(graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300], None
    names = [[value.name for value in values] for values in (session.get_inputs(), session.get_outputs())]
    return ("", session) if names == [["input"], ["output"]] else (f"inputs and outputs {names}"[:200], None)


def assert_run(session, drawn, x, help):
    """What onnxruntime makes of x is what the model gives in evaluation mode."""
    try:
        (found,) = session.run(["output"], {"input": x.numpy()})
    except Exception as error:
        assert_true(False, f"onnxruntime cannot run a batch of {len(x)}", returned=str(error)[:300], help=help)
    with torch.no_grad():
        wanted = model_of(drawn).eval()(x.double()).numpy()
    assert_close(np.asarray(found), wanted, dtype="float32", tol=1e-4, help=help)


def assert_modes(found, drawn):
    wanted = {name: str(module.training) for name, module in model_of(drawn).named_modules()}
    modes = entry(found, "modes")
    help = "Keep each submodule's flag and give it back in a finally: train(mode) sets them all alike."
    assert_true(repr(modes) == repr(wanted), "the modes were changed", returned=repr(modes), wanted=wanted, help=help)


def assert_failed(found, drawn, help):
    assert_true(entry(found, "raised") is True, "nothing was raised", wanted="an exception", help=help)
    files = entry(found, "files")
    help = "Write at the very end, or clean up: nothing may stay behind after a failure."
    assert_true(files == [], "something was left behind", returned=repr(files)[:200], help=help)
    assert_modes(found, drawn)
