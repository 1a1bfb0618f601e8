"""Python's max, which knows single numbers only.

Misconception: max(0, x) is the formula, so it is the code.
Caught by: test_values, test_any_shape, test_dtype_kept, test_no_floats
Advice: max needs one truth value for the whole array; use an element-wise maximum.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    return np.asarray(max(0, x), dtype=x.dtype if x.dtype.kind == "f" else np.float64)
