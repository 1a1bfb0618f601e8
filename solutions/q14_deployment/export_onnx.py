"""Exporting a model to ONNX.

Idea
    `torch.onnx.export` records what the model does with a sample and writes that as a graph. The work is in what a
    recording may silently get wrong: the mode, sizes, and branches.

Cost
    One forward pass, and a file of the size of the weights.

Pitfalls
    Training mode: dropout is exported, or batch norm with the sample's statistics. A batch dimension that is not named
    stays the sample's. Giving back only the top module's mode. A tracer follows one branch of an `if` on values and
    only warns. Files left behind by an export that failed, and weights in a second file that nobody copies.

Follow-up questions
    Tracing or torch.export? A trace sees one run; torch.export follows Python itself, refuses branches on values, and
    proves which sizes are free. It is slower, and knows fewer models.
    How would you export a branch on values? Compute both sides and choose by `torch.where`, or use `torch.cond`, which
    becomes an `If` of ONNX.
    How far do results agree? Kernels differ, so float32 results differ in the last digits. Compare on real inputs, of
    several batch sizes, before anything is served.
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
        for module, training in modes.items():
            module.training = training
    Path(path).write_bytes(graph.getvalue())
