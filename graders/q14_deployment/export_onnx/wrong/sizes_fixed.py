"""No dimension is free.

Misconception: The batch dimension is free by itself.
Caught by: test_batch_sizes, test_images_from_a_sample_of_one
Keeps: test_file, test_evaluation_mode, test_modes_given_back
Advice: The sample's sizes are written into the graph. Name the free ones in dynamic_axes.
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
                dynamo=False,
            )
    finally:
        for module, training in modes.items():
            module.training = training
    Path(path).write_bytes(graph.getvalue())
