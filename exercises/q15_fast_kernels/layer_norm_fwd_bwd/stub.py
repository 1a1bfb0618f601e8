from torch import Tensor


def layer_norm_forward(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor, Tensor]:
    """Normalise over the last axis, then scale and shift.

    x: (..., D). weight, bias: (D,).

    Returns y (..., D) in x's dtype, and mean and rstd (...), float64 for a float64 x, else float32.
    Raises ValueError where weight or bias is not (D,).
    """
    raise NotImplementedError


def layer_norm_backward(
    grad_y: Tensor, x: Tensor, weight: Tensor, mean: Tensor, rstd: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients at x, weight and bias, given that at y and the statistics of the forward pass.

    grad_y, x: (..., D). weight: (D,). mean, rstd: (...).

    Returns grad_x (..., D) in x's dtype, grad_weight and grad_bias (D,) in weight's.
    Raises ValueError where a shape is another.
    """
    raise NotImplementedError
