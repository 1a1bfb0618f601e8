import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    """The 0-d `loss` plus an L1 and an L2 penalty on the model's weights."""
    penalty = torch.zeros(1, dtype=loss.dtype)
    for parameter in model.parameters():
        if parameter.requires_grad:
            l1, l2 = parameter.norm(p=1), parameter.norm(p=2)
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss.dtype)
    loss += penalty.squeeze()
    return loss
