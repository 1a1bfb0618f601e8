"""Three activations, mended.

Idea. All four faults hide from a quick look: a try-out with a number or a vector of moderate values finds none of them.

The faults.
- ReLU decided with `if`, which wants one truth value: right for a number, an error for an array. `np.maximum` works
  element by element and keeps NaN.
- The sigmoid exponentiated -x, which overflows for x < -709 in float64 and x < -88 in float32. Both of
  its forms, 1 / (1 + exp(-x)) on the right and exp(x) / (1 + exp(x)) on the left, are exp(min(x, 0)) / (1 + exp(-|x|)).
- Softmax summed over all elements: right for a vector; a matrix's rows then add up to less than 1.
- Softmax exponentiated raw scores. Each slice may be shifted, as exp(x - m) / sum exp(x - m) has exp(-m) on both sides;
  with its own largest score for m no exponent is above 0, and the sum is at least 1.

Cost. One exponential an element each for sigmoid and softmax.

Pitfalls.
- Mending one fault with another: np.where(x > 0, x, 0) loses NaN; np.where between the sigmoid's two forms still
  evaluates both; the maximum of the whole array lets a low slice underflow to 0 / 0.
- The maximum of an axis of length 0 is an error, unless it is given an initial value.

Follow-up questions:
- *Which test would have caught these?* Properties on random shapes and sizes: rows add up to 1, softmax(x + c) is
  softmax(x), sigmoid(-x) is 1 - sigmoid(x), relu of a stack is the stack of relus; and warnings turned into errors.
- *Are overflow warnings worth a fix where the value is right?* Yes: 1 / inf is 0, but the warning drowns real ones, and
  the same line with a sign changed gives inf / inf.
"""

import numpy as np
import numpy.typing as npt


def relu(x: npt.ArrayLike) -> np.ndarray:
    """x where x is positive, 0 elsewhere; NaN stays NaN."""
    return np.maximum(_floating(x), 0)


def sigmoid(x: npt.ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element."""
    x = _floating(x)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def softmax(x: npt.ArrayLike, axis: int = -1) -> np.ndarray:
    """exp(x_i) / sum_j exp(x_j) along the axis."""
    x = _floating(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis, keepdims=True)


def _floating(x: npt.ArrayLike) -> np.ndarray:
    """Floats keep their dtype, all else becomes float64."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
