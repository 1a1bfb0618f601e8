"""Where nothing is penalised, the copy of the loss is cut off from the graph.

Misconception: A new tensor with the value of the loss is detach().clone().
Caught by: test_nothing_penalised
Keeps: everything else
Advice: The caller still wants to call backward on it: clone() alone copies and stays in the graph.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros((), dtype=loss.dtype, device=loss.device)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.abs().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss)
    return loss + penalty if penalty.requires_grad else loss.detach().clone()
