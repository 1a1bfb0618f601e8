"""Evaluating a classifier.

Idea
    Separate what needs the model (predict) from what needs only labels. Whoever borrows a model to evaluate it gives it
    back as it was: remember every submodule's flag, and restore in a `finally`.

Derivation
    A class's precision is hits over predictions of it, its recall hits over occurrences. Weighted by occurrences
    n_c / N, recall becomes sum_c n_c / N * hits_c / n_c = hits / N, which is the accuracy: it tells nothing new.
    The weighted F1 is a mean of the classes' F1, and need not lie between weighted precision and weighted recall.

Cost
    One forward pass, and memory for two integers a row: scores are reduced to classes batch by batch.

Pitfalls
    `model.train(was_training)` gives one flag to all submodules: a layer that had been frozen in evaluation mode
    wakes up.
    `scores.squeeze()` loses the batch of one. `np.concatenate([])` raises. `confusion_matrix` without `labels` leaves
    out classes that do not occur, so that names and rows no longer fit. `plt.subplots` without `plt.close`.

Follow-up questions
    Which average would you report for rare classes? Macro: each class counts alike, so that a rare one cannot hide.
    What does the matrix say that the metrics do not? Which classes are confused, and in which direction.
    Why not keep all scores? For calibration or ROC curves one needs them; then move them to the CPU batch by batch.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, precision_recall_fscore_support
from torch import Tensor, nn

Labels = np.ndarray | Sequence[int]


class ModelEvaluator:
    def __init__(self, model: nn.Module, device: str | torch.device = "cpu") -> None:
        self.model = model.to(device)
        self.device = device

    def predict(self, loader: Iterable[tuple[Tensor, Tensor]]) -> tuple[np.ndarray, np.ndarray]:
        modes = [(module, module.training) for module in self.model.modules()]
        empty = torch.zeros(0, dtype=torch.int64)
        preds, labels = [empty], [empty]
        self.model.eval()
        try:
            with torch.no_grad():
                for x, y in loader:
                    preds.append(self.model(x.to(self.device)).argmax(dim=1).cpu())
                    labels.append(y.cpu())
        finally:
            for module, mode in modes:
                module.training = mode
        return torch.cat(preds).numpy(), torch.cat(labels).numpy()

    def metrics(self, y_true: Labels, y_pred: Labels) -> dict[str, float]:
        precision, recall, f1, _ = precision_recall_fscore_support(y_true, y_pred, average="weighted", zero_division=0)
        accuracy = accuracy_score(y_true, y_pred)
        return {"accuracy": float(accuracy), "precision": float(precision), "recall": float(recall), "f1": float(f1)}

    def plot_confusion_matrix(self, y_true: Labels, y_pred: Labels, classes: Sequence[str]) -> Figure:
        figure = Figure()
        axes = figure.subplots()
        places = range(len(classes))
        ConfusionMatrixDisplay.from_predictions(y_true, y_pred, labels=places, display_labels=classes, ax=axes)
        axes.set_title("Confusion matrix")
        return figure

    def plot_learning_curves(self, history: Mapping[str, Sequence[float]]) -> Figure:
        figure = Figure()
        axes = figure.subplots()
        for name, values in history.items():
            axes.plot(range(1, len(values) + 1), values, label=name)
        axes.set(xlabel="Epoch", ylabel="Value", title="Learning curves")
        axes.legend()
        return figure
