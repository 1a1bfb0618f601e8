"""Builds small networks from given values, has them exported into a new folder, and hands back what lies there."""

import contextlib
import io
import os
import tempfile
import warnings
from pathlib import Path

from torch import nn


class Branch(nn.Module):
    """Takes one of two ways, by the sum of its input."""

    def forward(self, x):
        if x.sum() > 0:
            return x * 2
        return x - 1


def network(kind):
    if kind == "rows":
        body = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.5))
        return nn.Sequential(body, nn.Linear(8, 3))
    if kind == "branch":
        return nn.Sequential(nn.Sequential(nn.Linear(5, 5), nn.Dropout(0.5)), Branch())
    body = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout2d())
    return nn.Sequential(body, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))


def model_of(case):
    model = network(case["kind"])
    model.load_state_dict(case["state"])
    model.train(case["train"])
    for name, mode in case["modes"].items():
        model.get_submodule(name).training = mode
    return model


def modes(model):
    return {name: str(module.training) for name, module in model.named_modules()}


def export(case, sample, old=None):
    """The files after an export, and the model's modes and values."""
    folder = Path(tempfile.mkdtemp())
    model = model_of(case)
    next(model.parameters()).requires_grad_(False)
    if old is not None:
        (folder / "model.onnx").write_bytes(old)
    submission.export_to_onnx(model, sample, str(folder / "model.onnx"))  # noqa: F821
    state = {name: value.clone() for name, value in model.state_dict().items()}
    files = {file.name: file.read_bytes() for file in folder.rglob("*")}
    learnt = [parameter.requires_grad for parameter in model.parameters()]
    return {"files": files, "modes": modes(model), "state": state, "requires_grad": repr(learnt)}


def export_here(case, sample):
    """The files after an export into the working directory, by a Path that is a file's name alone."""
    folder, before = Path(tempfile.mkdtemp()), os.getcwd()
    os.chdir(folder)
    try:
        submission.export_to_onnx(model_of(case), sample, Path("model.onnx"))  # noqa: F821
    finally:
        os.chdir(before)
    return {"files": {file.name: file.read_bytes() for file in folder.rglob("*")}}


def failure(case, sample, missing):
    """Whether an export raised, what lies in the folder afterwards, and the model's modes."""
    folder = Path(tempfile.mkdtemp())
    model = model_of(case)
    target = folder / "missing" / "model.onnx" if missing else folder / "model.onnx"
    raised = False
    try:
        with warnings.catch_warnings():
            if case["lenient"]:
                warnings.simplefilter("ignore")
            submission.export_to_onnx(model, sample, str(target))  # noqa: F821
    except Exception:
        raised = True
    return {"raised": raised, "files": sorted(str(file.name) for file in folder.rglob("*")), "modes": modes(model)}


def printed(case, sample):
    """What an export prints to standard output."""
    text, path = io.StringIO(), Path(tempfile.mkdtemp()) / "model.onnx"
    with contextlib.redirect_stdout(text):
        submission.export_to_onnx(model_of(case), sample, str(path))  # noqa: F821
    return text.getvalue()[:200]
