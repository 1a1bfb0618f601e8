"""Only linear and convolution layers are visited.

Misconception: Weights live in linear and convolution layers.
Caught by: test_every_matrix
Advice: Embeddings, recurrent layers and parameters of one's own have matrices too: go through model.parameters().
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    seen = set()
    for module in model.modules():
        p = module.weight if isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d)) else None
        if p is not None and p.requires_grad and p not in seen:
            seen.add(p)
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
