"""Parameters whose name contains bias are left out, instead of vectors.

Misconception: Only biases are no weights.
Caught by: test_vectors_not_penalised, test_every_matrix, test_nothing_penalised
Advice: A norm's scale is called weight, and a matrix may be called anything: ask for p.dim().
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for name, p in model.named_parameters():
        if p.requires_grad and "bias" not in name:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
