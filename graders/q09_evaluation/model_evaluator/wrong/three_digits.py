"""Writes the counts with three significant digits.

Misconception: a count has three digits at most.
Caught by: test_confusion_matrix
Advice: .3g makes 1.23e+03 of 1234: write str(count).
"""

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support


class ModelEvaluator:
    def __init__(self, model, device="cpu"):
        self.device = torch.device(device)
        self.model = model.to(self.device)

    def predict(self, loader):
        modes = [(m, m.training) for m in self.model.modules()]
        preds, labels = [], []
        self.model.eval()
        try:
            with torch.no_grad():
                for x, y in loader:
                    scores = self.model(x.to(self.device))
                    preds.append(scores.argmax(dim=1).cpu().numpy())
                    labels.append(y.cpu().numpy())
        finally:
            for m, mode in modes:
                m.training = mode
        if not preds:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return np.concatenate(preds).astype(np.int64), np.concatenate(labels).astype(np.int64)

    def metrics(self, y_true, y_pred):
        p, r, f, _ = precision_recall_fscore_support(y_true, y_pred, average="weighted", zero_division=0)
        return {"accuracy": float(accuracy_score(y_true, y_pred)), "precision": float(p), "recall": float(r), "f1": float(f)}

    def plot_confusion_matrix(self, y_true, y_pred, classes):
        cm = confusion_matrix(y_true, y_pred, labels=range(len(classes)))
        fig, ax = plt.subplots()
        im = ax.imshow(cm, cmap="Blues")
        fig.colorbar(im)
        ax.set_xticks(range(len(classes)), labels=classes)
        ax.set_yticks(range(len(classes)), labels=classes)
        for i in range(len(classes)):
            for j in range(len(classes)):
                ax.text(j, i, f"{cm[i, j]:.3g}", ha="center", va="center")
        ax.set_xlabel("Predicted")
        ax.set_ylabel("True")
        ax.set_title("Confusion matrix")
        plt.close(fig)
        return fig

    def plot_learning_curves(self, history):
        fig, ax = plt.subplots()
        for name, values in history.items():
            ax.plot(range(1, len(values) + 1), values, label=name)
        ax.set_xlabel("Epoch")
        ax.set_ylabel("Value")
        ax.set_title("Learning curves")
        ax.legend()
        plt.close(fig)
        return fig
