from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    """The 0-d `loss` plus an L1 and an L2 penalty on the model's weights: a new 0-d tensor, like `loss` otherwise."""
    raise NotImplementedError
