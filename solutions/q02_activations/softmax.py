"""Softmax along an axis.

Idea. exp(1000) is beyond any float, exp(1000) / (exp(1000) + exp(1001)) is 0.27. The ratio is harmless, its parts are
not, so the work is in never forming the parts.

Derivation. For any constant c,
    exp(x_i - c) / sum_j exp(x_j - c) = exp(-c) exp(x_i) / (exp(-c) sum_j exp(x_j)),
and exp(-c) cancels. With c the largest score of the slice every exponent is at most 0, so no exponential exceeds 1;
one of them is exactly 1, so the sum is at least 1 and nothing is divided by zero. Scores far below the largest
underflow to 0, which is the right answer to within the precision of the dtype; a score of -inf gives exp(-inf),
exactly 0.

Cost. Four passes over the data (maximum, subtract and exponentiate, sum, divide) and O(size) memory. The exponentials
dominate; a Python loop over many short rows is some ten times slower.

Pitfalls.
- The maximum belongs to the slice, not to the whole array: next to a row of much larger scores, a row would
  underflow to zeros and be divided by 0.
- `keepdims=True`, or the division broadcasts along the wrong axis (silently, where the array is square).
- Whole numbers: 8-bit subtraction wraps around, and NumPy exponentiates int8 to float16. Make them float64 first.
- An axis of length 0 has no maximum: `initial=-inf` gives the maximum of nothing, and the rest broadcasts to nothing.
- `x -= x.max()` saves memory and overwrites the caller's scores.

Follow-up questions:
- *You only need the log-probabilities. Do you take the logarithm of this?* No: where a probability underflows, its
  logarithm is -inf, although log p_i = x_i - c - log sum_j exp(x_j - c) is an ordinary number. Losses are computed
  from that form.
- *What does dividing the scores by a temperature T do?* T -> 0 goes to a one-hot vector at the maximum, T -> infinity
  to the uniform distribution; the ranking never changes.
- *The scores come in blocks and do not fit in memory. One pass?* Keep a running maximum m and a running sum s; a
  block with maximum m' turns s into s * exp(m - max(m, m')) plus its own terms. That is the trick inside flash
  attention.
"""

import numpy as np
import numpy.typing as npt


def softmax(x: npt.ArrayLike, axis: int = -1) -> np.ndarray:
    """The probabilities that belong to raw scores.

    x: scores, of any shape; floats keep their dtype, all else counts as float64.
    axis: the axis along which the probabilities add up to 1.

    Returns an array of the shape of `x`.
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True, initial=-np.inf)
    weights = np.exp(x - largest)
    return weights / weights.sum(axis=axis, keepdims=True)
