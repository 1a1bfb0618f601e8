from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

Labels = np.ndarray | Sequence[int]


class ModelEvaluator:
    """Predictions, metrics and plots of a classifier."""

    def __init__(self, model: nn.Module, device: str | torch.device = "cpu") -> None:
        raise NotImplementedError

    def predict(self, loader: Iterable[tuple[Tensor, Tensor]]) -> tuple[np.ndarray, np.ndarray]:
        """Predicted classes and labels, two int64 arrays (N,), in the loader's order."""
        raise NotImplementedError

    def metrics(self, y_true: Labels, y_pred: Labels) -> dict[str, float]:
        """`accuracy`, and the weighted `precision`, `recall` and `f1`."""
        raise NotImplementedError

    def plot_confusion_matrix(self, y_true: Labels, y_pred: Labels, classes: Sequence[str]) -> Figure:
        """Counts as text in the cells, rows true; `classes` names the indices."""
        raise NotImplementedError

    def plot_learning_curves(self, history: Mapping[str, Sequence[float]]) -> Figure:
        """A curve for each key of `history`, and a legend."""
        raise NotImplementedError
