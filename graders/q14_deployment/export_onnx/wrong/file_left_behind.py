"""The file is opened before the export.

Misconception: A failed export writes nothing.
Caught by: test_control_flow
Keeps: test_file, test_evaluation_mode, test_missing_folder
Advice: The empty file is there all the same. Write at the very end.
"""

import io
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


def export_to_onnx(model: nn.Module, sample_input: Tensor, path: str | Path) -> None:
    modes = {module: module.training for module in model.modules()}
    graph = io.BytesIO()
    Path(path).open("wb").close()
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
