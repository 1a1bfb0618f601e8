"""Right, with scikit-learn's display on pyplot figures that are closed again, functions for the metrics one by one, and
modes kept in a dict by name."""

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn import metrics as skm


class ModelEvaluator:
    def __init__(self, model, device="cpu"):
        self.model, self.device = model, torch.device(device)
        model.to(self.device)

    @torch.inference_mode()
    def predict(self, loader):
        flags = {name: module.training for name, module in self.model.named_modules()}
        guesses, truths = [], []
        try:
            self.model.train(False)
            for x, y in loader:
                guesses.extend(torch.max(self.model(x.to(self.device)), 1).indices.tolist())
                truths.extend(y.tolist())
        finally:
            for name, module in self.model.named_modules():
                module.train(flags[name]) if not list(module.children()) else setattr(module, "training", flags[name])
        return np.array(guesses, dtype=np.int64), np.array(truths, dtype=np.int64)

    def metrics(self, y_true, y_pred):
        how = dict(average="weighted", zero_division=0)
        return {
            "f1": float(skm.f1_score(y_true, y_pred, **how)),
            "recall": float(skm.recall_score(y_true, y_pred, **how)),
            "precision": float(skm.precision_score(y_true, y_pred, **how)),
            "accuracy": float(np.mean(np.equal(y_true, y_pred))),
        }

    def plot_confusion_matrix(self, y_true, y_pred, classes):
        fig, ax = plt.subplots()
        skm.ConfusionMatrixDisplay.from_predictions(
            y_true, y_pred, labels=np.arange(len(classes)), display_labels=classes, ax=ax, xticks_rotation=45
        )
        fig.suptitle("Confusion")
        plt.close(fig)
        return fig

    def plot_learning_curves(self, history):
        fig = plt.figure()
        for key in history:
            plt.plot(history[key], label=key)
        plt.xlabel("epoch"), plt.ylabel("metric"), plt.title("training"), plt.legend()
        plt.close(fig)
        return fig
