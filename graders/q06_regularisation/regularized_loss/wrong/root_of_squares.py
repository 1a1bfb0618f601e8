"""Takes the absolute value as the root of the square.

Misconception: |w| and sqrt(w**2) are the same.
Caught by: test_zero_weights
Keeps: everything else
Advice: They are, but the gradient of the root at 0 is infinity times 0. abs() has the gradient 0 there.
"""

import torch


def add_weight_regularization(model, loss, lambda_l1=0.01, lambda_l2=0.01):
    penalty = torch.zeros((), dtype=loss.dtype, device=loss.device)
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            term = lambda_l1 * (p * p).sqrt().sum() + lambda_l2 * (p ** 2).sum()
            penalty = penalty + term.to(device=loss.device, dtype=loss.dtype)
    return loss + penalty
