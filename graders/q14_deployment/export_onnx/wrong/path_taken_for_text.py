"""The path is used as text.

Misconception: A path is a str.
Caught by: test_bare_name
Keeps: everything else
Advice: The signature allows a Path too: take Path(path), or os.fspath(path).
"""

import io
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


def export_to_onnx(model: nn.Module, sample_input: Tensor, path: str | Path) -> None:
    if not path.endswith(".onnx"):
        path += ".onnx"
    modes = {module: module.training for module in model.modules()}
    graph = io.BytesIO()
    try:
        model.eval()
        with warnings.catch_warnings():
            warnings.simplefilter("error", torch.jit.TracerWarning)  # a branch on values is no more than a warning
            torch.onnx.export(
                model,
                (sample_input,),
                graph,
                input_names=["input"],
                output_names=["output"],
                dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
                dynamo=False,
            )
    finally:
        for module, training in modes.items():
            module.training = training
    Path(path).write_bytes(graph.getvalue())
