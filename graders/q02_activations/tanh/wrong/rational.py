"""A rational approximation that is good near 0.

Misconception: a smooth function is its first few terms.
Caught by: test_values, test_any_shape, test_dtype_kept, test_large_inputs
Advice: the approximation leaves [-1, 1] from x = 3 on; write the formula out.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return x * (27 + x * x) / (27 + 9 * x * x)
