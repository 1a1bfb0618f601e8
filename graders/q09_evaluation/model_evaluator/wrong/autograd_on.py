"""Predicts with autograd.

Misconception: eval() switches gradients off.
Caught by: test_predictions
Keeps: test_metrics
Advice: eval() is a mode of layers; torch.no_grad() stops the recording.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from torch import Tensor, nn

Labels = np.ndarray | Sequence[int]


class ModelEvaluator:
    def __init__(self, model: nn.Module, device: str | torch.device = "cpu") -> None:
        self.model = model.to(device)
        self.device = device

    def predict(self, loader: Iterable[tuple[Tensor, Tensor]]) -> tuple[np.ndarray, np.ndarray]:
        modes = [(module, module.training) for module in self.model.modules()]
        preds, labels = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        self.model.eval()
        try:
            with torch.enable_grad():
                for x, y in loader:
                    preds.append(self.model(x.to(self.device)).argmax(dim=1).detach().cpu().numpy())
                    labels.append(y.cpu().numpy().astype(np.int64))
        finally:
            for module, mode in modes:
                module.training = mode
        return np.concatenate(preds), np.concatenate(labels)

    def metrics(self, y_true: Labels, y_pred: Labels) -> dict[str, float]:
        weighted = precision_recall_fscore_support(y_true, y_pred, average="weighted", zero_division=0)
        names = ("accuracy", "precision", "recall", "f1")
        return dict(zip(names, map(float, (accuracy_score(y_true, y_pred), *weighted[:3])), strict=True))

    def plot_confusion_matrix(self, y_true: Labels, y_pred: Labels, classes: Sequence[str]) -> Figure:
        places = range(len(classes))
        counts = confusion_matrix(y_true, y_pred, labels=places)
        figure = Figure()
        axes = figure.subplots()
        axes.imshow(counts, cmap="Blues")
        for row in places:
            for column in places:
                colour = "white" if counts[row, column] > counts.max() / 2 else "black"
                axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
        axes.set_xticks(places, classes)
        axes.set_yticks(places, classes)
        axes.set(xlabel="Predicted class", ylabel="True class", title="Confusion matrix")
        return figure

    def plot_learning_curves(self, history: Mapping[str, Sequence[float]]) -> Figure:
        figure = Figure()
        axes = figure.subplots()
        for name, values in history.items():
            axes.plot(range(1, len(values) + 1), values, marker=".", label=name)
        axes.set(xlabel="Epoch", ylabel="Value", title="Learning curves")
        axes.legend()
        return figure
