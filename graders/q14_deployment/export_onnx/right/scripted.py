"""Right, from a traced copy: the warning of a branch is collected and raised afterwards."""

import copy
import pathlib
import warnings

import torch


def export_to_onnx(model, sample_input, path):
    path = pathlib.Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {path.parent}")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        traced = torch.jit.trace(copy.deepcopy(model).eval(), sample_input, check_trace=False)
    if any(issubclass(w.category, torch.jit.TracerWarning) for w in seen):
        raise RuntimeError("the model branches on values")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="no signature found")
        torch.onnx.export(
            traced, (sample_input,), str(path), input_names=["input"], output_names=["output"], dynamo=False,
            dynamic_axes={"input": {0: "n"}, "output": {0: "n"}},
        )
