"""Where nothing is penalised, the copy of the loss is cut off from the graph.

Misconception: A new tensor with the value of the loss is detach().clone().
Caught by: test_nothing_penalised
Keeps: everything else
Advice: The caller still wants to call backward on it: clone() alone copies and stays in the graph.
"""

import torch


def add_weight_regularization(model, loss, lambda_l1=0.01, lambda_l2=0.01):
    penalty = torch.zeros((), dtype=loss.dtype, device=loss.device)
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            term = lambda_l1 * p.abs().sum() + lambda_l2 * (p ** 2).sum()
            penalty = penalty + term.to(device=loss.device, dtype=loss.dtype)
    return loss + penalty if penalty.requires_grad else loss.detach().clone()
