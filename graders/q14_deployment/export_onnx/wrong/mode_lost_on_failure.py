"""The mode is given back only where the export succeeds.

Misconception: Failures end the program anyway.
Caught by: test_control_flow
Keeps: test_file, test_modes_given_back, test_evaluation_mode
Advice: They are caught by somebody, who then trains in evaluation mode. Use finally.
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
    except ImportError:
        raise
    else:
        for module, training in modes.items():
            module.training = training
    Path(path).write_bytes(graph.getvalue())
