"""A recurrent layer with tanh, and backpropagation through time.

Idea
    Unrolled, the layer is a deep network of T layers that share their weights. Backpropagation works as ever; two
    things are new. A state has two readers, the loss and the next step, so that its gradient is a sum of two. And since
    every step uses the same weights, their gradients add up over the steps.

Derivation
    Let a_t = x_t w_ih + h_{t-1} w_hh + b, h_t = tanh(a_t), and g_t the whole gradient at h_t. Then
        g_t = dh_t + d_{t+1} w_hh^T   (the last step has no next one),
        d_t = g_t * (1 - h_t**2),     since tanh' = 1 - tanh**2,
    where d_t is the gradient at a_t. From there it is a linear layer: x_t gets d_t w_ih^T, w_ih gets sum_t x_t^T d_t,
    w_hh gets sum_t h_{t-1}^T d_t, b gets the sum of d over rows and steps, and h0 gets d_1 w_hh^T.
    Only the recurrence has to go step by step. Products with x can be taken for all steps at once.

Cost
    N * T * Hd * (D + Hd) multiplications forwards, twice that backwards, and all N * T * Hd states in memory.

Pitfalls
    dh_t alone without what the later steps bring, or the reverse. h_t in place of h_{t-1} in the gradient of w_hh.
    h0 forgotten: it is h_{t-1} of the first step. `dh[:, t] += …`, which writes into the caller's gradient. Overwriting
    a weight's gradient in each step in place of adding to it. A cache in a global, which a second forward pass spoils.

Follow-up questions
    Why do gradients vanish or explode here? Going back k steps multiplies by w_hh^T k times, and by slopes of at most
    1: with singular values below 1 this shrinks geometrically, above 1 it may grow. Clipping helps against growth,
    gates against vanishing.
    Memory for very long sequences? Keep every k-th state and recompute the others on the way back (checkpointing), or
    cut the gradient after k steps (truncated backpropagation through time), which is then biased.
    How would you test it? Against central differences of sum(h * r), r random: with one gradient at all steps nothing
    cancels. A loss on the last state alone misses the errors in how dh_t and the later steps are joined.
"""

from typing import Any

import numpy as np
import numpy.typing as npt


def rnn_forward(
    x: npt.ArrayLike, h0: npt.ArrayLike, w_ih: npt.ArrayLike, w_hh: npt.ArrayLike, b: npt.ArrayLike
) -> tuple[np.ndarray, Any]:
    """Return (h, cache): the states (N, T, Hd) after every step, and whatever rnn_backward needs.

    x: (N, T, D). h0: (N, Hd). w_ih: (D, Hd). w_hh: (Hd, Hd). b: (Hd,).
    """
    x, h0, w_ih, w_hh, b = (_floating(array) for array in (x, h0, w_ih, w_hh, b))
    driven = x @ w_ih + b
    h = np.empty(driven.shape, np.result_type(driven, h0, w_hh))
    state = h0
    for t in range(h.shape[1]):
        state = h[:, t] = np.tanh(driven[:, t] + state @ w_hh)
    before = np.concatenate([h0[:, np.newaxis], h], axis=1)[:, :-1]
    return h, (x, before, h, w_ih, w_hh)


def rnn_backward(dh: npt.ArrayLike, cache: Any) -> dict[str, np.ndarray]:
    """The gradients at `x`, `h0`, `w_ih`, `w_hh` and `b`, from the gradient dh (N, T, Hd) at each state."""
    x, before, h, w_ih, w_hh = cache
    slope = 1 - h**2
    d = np.multiply(dh, slope)  # at the sums before the tanh; what later steps bring is added on the way
    for t in range(h.shape[1] - 1, 0, -1):
        d[:, t - 1] += d[:, t] @ w_hh.T * slope[:, t - 1]
    return {
        "x": d @ w_ih.T,
        "h0": d[:, 0] @ w_hh.T,
        "w_ih": np.einsum("ntd,nth->dh", x, d),
        "w_hh": np.einsum("ntk,nth->kh", before, d),
        "b": d.sum(axis=(0, 1)),
    }


def _floating(array: npt.ArrayLike) -> np.ndarray:
    array = np.asarray(array)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)
