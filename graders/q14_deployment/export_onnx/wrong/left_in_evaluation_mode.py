"""The mode is not given back.

Misconception: Whoever exports is done with training.
Caught by: test_modes_given_back, test_control_flow, test_missing_folder
Keeps: test_file, test_evaluation_mode, test_batch_sizes
Advice: The caller goes on training without dropout. Give every flag back, or export a copy.
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
        pass
    Path(path).write_bytes(graph.getvalue())
