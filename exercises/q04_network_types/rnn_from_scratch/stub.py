"""A recurrent layer with tanh, and its gradients."""

from typing import Any

import numpy as np
import numpy.typing as npt


def rnn_forward(
    x: npt.ArrayLike, h0: npt.ArrayLike, w_ih: npt.ArrayLike, w_hh: npt.ArrayLike, b: npt.ArrayLike
) -> tuple[np.ndarray, Any]:
    """Return (h, cache): the states (N, T, Hd) after every step, and whatever rnn_backward needs.

    x: (N, T, D). h0: (N, Hd). w_ih: (D, Hd). w_hh: (Hd, Hd). b: (Hd,).
    """
    raise NotImplementedError


def rnn_backward(dh: npt.ArrayLike, cache: Any) -> dict[str, np.ndarray]:
    """The gradients at `x`, `h0`, `w_ih`, `w_hh` and `b`, from the gradient dh (N, T, Hd) at each state."""
    raise NotImplementedError
