"""Right, by torch.export and the newer exporter, on a deep copy, with a sample of two rows at least."""

import copy

import torch
from torch.export import Dim


def export_to_onnx(model, sample_input, path):
    twin = copy.deepcopy(model).eval()
    batch = torch.cat([sample_input, sample_input])
    program = torch.onnx.export(
        twin,
        (batch,),
        input_names=["input"],
        output_names=["output"],
        dynamic_shapes=({0: Dim("batch", min=1)},),
        dynamo=True,
        verbose=False,
    )
    proto = program.model_proto
    with open(path, "wb") as file:
        file.write(proto.SerializeToString())
