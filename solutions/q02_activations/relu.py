"""The rectified linear unit.

Idea. max(x, 0), element by element. What is asked is the bookkeeping around it: dtypes, shapes, and NaN.

NaN. Every comparison with NaN is False, so that `where(x > 0, x, 0)` turns NaN into 0 and hides a diverged network
behind its first activation. `np.maximum` gives NaN where either argument is NaN; `np.fmax` prefers the other one.

Cost. One pass and one new array; memory bandwidth is all there is to it.

Pitfalls.
- Python's `max(0, x)` needs one truth value for the whole array, and so works for single numbers only.
- `x[x < 0] = 0` writes into the caller's array.
- `np.maximum(x, np.zeros(1))` makes float64 of float32: only a Python number (or a scalar of x's dtype) leaves it.

Follow-up questions:
- *What is its derivative at 0?* It has none; any number in [0, 1] is a subgradient, and frameworks take 0.
- *What is a dead unit?* One whose input is negative for every sample: its gradient is 0 and it never moves again. Leaky
  ReLU, a smaller learning rate or a better initialisation help.
- *Why He initialisation?* A ReLU drops half of a centred input's second moment; weights of variance 2 / n make up for
  it, and the size of the activations stays the same from layer to layer.
"""

import numpy as np
import numpy.typing as npt


def relu(x: npt.ArrayLike) -> np.ndarray:
    """x where x is positive, 0 elsewhere; NaN stays NaN.

    x: of any shape; floats keep their dtype, all else counts as float64.

    Returns an array of the shape of `x`.
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.maximum(x, 0)
