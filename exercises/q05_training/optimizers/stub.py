from collections.abc import Iterable

from torch import Tensor


class SGD:
    """Gradient descent, with momentum where `momentum` is above 0."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.0) -> None:
        """Raises ValueError for `lr <= 0`, no parameters, or a momentum outside [0, 1)."""
        raise NotImplementedError

    def step(self) -> None:
        """Update, in place, every parameter that has a gradient."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None."""
        raise NotImplementedError


class RMSprop:
    """Steps divided by a running root mean square of the gradient."""

    def __init__(self, params: Iterable[Tensor], lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8) -> None:
        """Raises ValueError for `lr <= 0` or no parameters."""
        raise NotImplementedError

    def step(self) -> None:
        """Update, in place, every parameter that has a gradient."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None."""
        raise NotImplementedError


class Adam:
    """Adaptive moment estimation."""

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """Raises ValueError for `lr <= 0`, no parameters, or a beta outside [0, 1)."""
        raise NotImplementedError

    def step(self) -> None:
        """Update, in place, every parameter that has a gradient."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to None."""
        raise NotImplementedError
