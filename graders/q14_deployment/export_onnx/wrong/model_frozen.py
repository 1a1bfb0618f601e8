"""The model is frozen for the export, and stays so.

Misconception: Who exports has done with training.
Caught by: test_modes_given_back
Keeps: everything else
Advice: The caller may train on. Export under torch.no_grad(), or a copy.
"""

import io
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


def export_to_onnx(model: nn.Module, sample_input: Tensor, path: str | Path) -> None:
    modes = {module: module.training for module in model.modules()}
    graph = io.BytesIO()
    try:
        model.eval().requires_grad_(False)
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
