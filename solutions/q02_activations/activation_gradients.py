"""Derivatives of ReLU, sigmoid, tanh and softmax.

Idea. An element-wise function has a diagonal Jacobian, so its derivative is one number an element. The softmax has a
full C x C Jacobian in every row, yet its product with a vector takes O(C): the Jacobian is a diagonal matrix minus an
outer product.

Derivation.
- relu'(x) is 1 for x > 0 and 0 for x < 0; at 0 every number in [0, 1] is a subgradient, and 0 is what the frameworks
  use.
- s = 1 / (1 + exp(-x)):  s' = exp(-x) / (1 + exp(-x))^2 = s (1 - s).  The function is even in x, so with e =
  exp(-|x|) it is e / (1 + e)^2: nothing overflows.
- t = tanh(x):  t' = 1 - t^2.
- s_i = exp(x_i) / Z:  ds_i/dx_j = s_i (delta_ij - s_j).  Summed with g_i:
      sum_i g_i s_i (delta_ij - s_j) = s_j g_j - s_j sum_i s_i g_i = s_j (g_j - <s, g>).
In words: from each gradient subtract the row's mean gradient, weighted with the probabilities, then weigh it with the
probability. The result adds up to 0 along the row, as it must: adding a constant to the scores changes nothing.

Cost. A softmax and three more passes, O(N C). The Jacobian would take O(N C^2): at C = 4096, 128 MiB for each row.

Pitfalls.
- Whether x or the activation comes in: x (1 - x) is the derivative in terms of the *value*.
- 1 / cosh(x)^2 overflows at 710 although the result is 0.
- The weighted mean is one number a row: forget the axis and the rows of a batch leak into each other; forget keepdims
  and it lands on the wrong axis.
- s (1 - s) g is only the Jacobian's diagonal.
- A comparison gives booleans, and np.where(x > 0, 1.0, 0.0) gives float64: cast to the input's dtype.

Follow-up questions:
- *Why do networks of sigmoids learn slowly?* s' is at most 1/4 and nearly 0 beyond |x| = 5; through many layers the
  gradient vanishes. tanh has derivative 1 at 0; ReLU has 1 on a whole half-line and 0 on the other, where units may
  die.
- *The softmax is followed by cross-entropy. What is the gradient with respect to the scores?* g_i = -y_i / s_i in the
  formula gives s - y. Computed in one piece, it needs no division by a probability that may have underflowed.
- *And the Jacobian-vector product of forward mode?* The same function: the softmax's Jacobian is symmetric.
"""

import numpy as np
import numpy.typing as npt


def relu_grad(x: npt.ArrayLike) -> np.ndarray:
    """The derivative of max(x, 0) at each element of `x`, of any shape; 0 at 0."""
    x = _floating(x)
    return (x > 0).astype(x.dtype)


def sigmoid_grad(x: npt.ArrayLike) -> np.ndarray:
    """The derivative of the logistic sigmoid at each element of `x`, of any shape."""
    e = np.exp(-np.abs(_floating(x)))
    return e / (1 + e) ** 2


def tanh_grad(x: npt.ArrayLike) -> np.ndarray:
    """The derivative of tanh at each element of `x`, of any shape."""
    return 1 - np.tanh(_floating(x)) ** 2


def softmax_vjp(x: npt.ArrayLike, grad_output: npt.ArrayLike) -> np.ndarray:
    """The gradient of sum(softmax(x, axis=-1) * grad_output) with respect to `x`.

    x: scores (..., C).
    grad_output: (..., C), the gradient that arrives at the softmax's output.

    Returns an array of the shape of `x`.
    """
    x = _floating(x)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    mean = (s * grad_output).sum(axis=-1, keepdims=True)
    return s * (grad_output - mean)


def _floating(x: npt.ArrayLike) -> np.ndarray:
    """`x` as an array of floats: floats as they are, all else as float64."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
