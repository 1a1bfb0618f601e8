"""mse_loss lets a 0-d target pass for any prediction.

Misconception: A single number fits every shape.
Caught by: test_mse_errors
Keeps: everything else
Advice: That is broadcasting too: compare the shapes, whatever they are.
"""

import torch


def binary_cross_entropy(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    log_p = torch.log(y_pred).clamp(min=-100)
    log_q = torch.log(1 - y_pred).clamp(min=-100)
    return -(y_true * log_p + (1 - y_true) * log_q).mean()


def categorical_cross_entropy(logits, target):
    if logits.dim() != 2:
        raise ValueError("logits must be (N, C)")
    if target.shape != logits.shape[:1]:
        raise ValueError("target must be (N,)")
    shifted = logits - logits.max(dim=1, keepdim=True).values
    log_z = shifted.exp().sum(dim=1).log()
    picked = shifted.gather(1, target.unsqueeze(1)).squeeze(1)
    return (log_z - picked).mean()


def mse_loss(y_pred, y_true):
    if y_true.dim() and y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).mean()
