from pathlib import Path

from torch import Tensor, nn


def export_to_onnx(model: nn.Module, sample_input: Tensor, path: str | Path) -> None:
    """Save what `model` computes in evaluation mode as one ONNX file, from `input` to `output`, of any batch size.

    An exception, and no new file, where forward branches on values or the folder does not exist.
    """
    raise NotImplementedError
