"""The folder is what os.path.dirname says.

Misconception: Every path has a folder in it.
Caught by: test_bare_name
Keeps: everything else
Advice: The dirname of a bare file name is the empty string, which is no folder. Path(path).parent is ".".
"""

import io
import os
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


def export_to_onnx(model: nn.Module, sample_input: Tensor, path: str | Path) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder {folder}")
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
