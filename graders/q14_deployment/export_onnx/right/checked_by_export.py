"""Right, with torch.export as the judge of branches and the older exporter as the writer, through a temporary file."""

import contextlib
import os
import tempfile

import torch


@contextlib.contextmanager
def evaluating(model):
    training = [m for m in model.modules() if m.training]
    model.eval()
    try:
        yield
    finally:
        for m in training:
            m.training = True


def export_to_onnx(model, sample_input, path):
    with evaluating(model), torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        torch.export.export(model, (sample_input,))
        inner = os.path.join(folder, "graph")
        axes = {name: {0: "N"} for name in ("input", "output")}
        torch.onnx.export(
            model, sample_input, inner, input_names=["input"], output_names=["output"], dynamic_axes=axes,
            dynamo=False, opset_version=17, do_constant_folding=False,
        )
        with open(inner, "rb") as source:
            content = source.read()
    with open(path, "wb") as target:
        target.write(content)
