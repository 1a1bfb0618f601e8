"""Computes in float32 and returns the dtype that came in.

Misconception: seven digits are enough for a probability.
Caught by: test_values, test_any_shape, test_dtype_kept, test_no_floats, test_single_number, test_memory_layout, test_input_reusable, test_large_inputs, test_left_tail, test_infinities
Advice: keep the precision that the caller chose; float64 input asks for float64 arithmetic.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-np.abs(x.astype(np.float32)))
    return (np.where(x >= 0, np.float32(1), e) / (1 + e)).astype(x.dtype)
