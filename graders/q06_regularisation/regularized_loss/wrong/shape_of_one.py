"""The result has shape (1,).

Misconception: A tensor with one element is a 0-d tensor.
Caught by: test_l1, test_l2
Advice: The accumulator torch.zeros(1) has one dimension, and so has all that is added to it.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total.reshape(1)
