"""Biases are left out by their name.

Misconception: What is not called bias is a weight.
Caught by: test_vectors_not_penalised, test_every_trainable_matrix
Advice: A norm's scale is called weight. Ask for the number of dimensions.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros_like(loss)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and "bias" not in name:
            l1, l2 = parameter.abs().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss)
    return loss + penalty
