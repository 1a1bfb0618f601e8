"""The model is exported in the mode in which it comes.

Misconception: The exporter sees to that.
Caught by: test_evaluation_mode
Keeps: test_file, test_batch_sizes
Advice: By default it may; for submodules and with other settings it does not. Call eval() yourself.
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
                training=torch.onnx.TrainingMode.PRESERVE,
                do_constant_folding=False,
            )
    finally:
        for module, training in modes.items():
            module.training = training
    Path(path).write_bytes(graph.getvalue())
