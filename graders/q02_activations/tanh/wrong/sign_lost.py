"""Computes with |x| and forgets the sign.

Misconception: the formula with |x| is the function.
Caught by: test_values, test_any_shape, test_dtype_kept, test_memory_layout
Advice: tanh is odd: give the result the sign of x, with np.copysign, say.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-2 * np.abs(x))
    return (1 - e) / (1 + e)
