"""Right, with a mesh whose rows go upwards from the last class, annotations, percentages beside the counts, one panel
for each curve, and a legend of the figure."""

from itertools import product

import numpy as np
import torch
from matplotlib.figure import Figure
from sklearn.metrics import classification_report, confusion_matrix


class ModelEvaluator:
    def __init__(self, model, device="cpu"):
        self.model = model.to(device)
        self.device = device

    def predict(self, loader):
        modes = list(map(lambda m: m.training, self.model.modules()))
        p = np.empty(0, int)
        t = np.empty(0, int)
        try:
            for batch in loader:
                self.model.eval()
                with torch.no_grad():
                    scores = self.model(batch[0].to(self.device)).cpu().numpy()
                p, t = np.append(p, np.argmax(scores, axis=1)), np.append(t, batch[1].numpy().astype(int))
        finally:
            for m, mode in zip(self.model.modules(), modes):
                m.training = mode
        return p, t

    def metrics(self, y_true, y_pred):
        report = classification_report(y_true, y_pred, output_dict=True, zero_division=0)
        found = {k: float(report["weighted avg"][v]) for k, v in (("precision",) * 2, ("recall",) * 2, ("f1", "f1-score"))}
        return {"accuracy": found["recall"], **found}

    def plot_confusion_matrix(self, y_true, y_pred, classes):
        n = len(classes)
        m = confusion_matrix(y_true, y_pred, labels=list(range(n)))[::-1]
        figure = Figure()
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        figure.colorbar(axes.pcolormesh(m, cmap="magma"), ax=axes)
        for i, j in product(range(n), repeat=2):
            axes.annotate(f"{m[i, j]} ({100 * m[i, j] / m.sum():.0f} %)", (j + 0.5, i + 0.5), ha="center", fontsize=6)
        axes.set_xticks(np.arange(n) + 0.5, labels=classes, rotation=30, ha="right")
        axes.set_yticks(np.arange(n) + 0.5, labels=classes[::-1])
        axes.set(xlabel="predicted", ylabel="true", title="confusion")
        return figure

    def plot_learning_curves(self, history):
        figure = Figure()
        for axes, (key, values), colour in zip(figure.subplots(1, len(history)), history.items(), "rgbk"):
            axes.plot(values, color=colour, label=key)
            axes.set_xlabel("epoch")
            axes.set_ylabel(key)
        figure.legend()
        figure.suptitle("Learning curves")
        return figure
