"""A matrix of rectangles drawn from below, with its ticks on top and the title of the figure.
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
        with plt.rc_context({"figure.autolayout": True}):
            fig = plt.figure()
        ax = fig.gca()
        n = len(classes)
        for (i, j), v in np.ndenumerate(cm):
            ax.add_patch(plt.Rectangle((j, n - 1 - i), 1, 1, facecolor=plt.cm.Blues(v / max(cm.max(), 1))))
            ax.text(j + 0.5, n - 1 - i + 0.5, v, ha="center", va="center")
        ax.set_xlim(0, n)
        ax.set_ylim(0, n)
        ax.set_xticks(np.arange(n) + 0.5, classes)
        ax.set_yticks(np.arange(n)[::-1] + 0.5, classes)
        ax.xaxis.tick_top()
        fig.supxlabel("Predicted class")
        fig.supylabel("True class")
        ax.set_xlabel("Predicted class")
        ax.set_ylabel("True class")
        fig.suptitle("Confusion matrix")
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
