"""Python floats, one at a time."""

import numpy as np


def relu(x):
    a = np.asarray(x)
    dtype = a.dtype if a.dtype in (np.float16, np.float32, np.float64) else np.float64
    flat = [v if v != v or v > 0.0 else 0.0 for v in a.astype(np.float64).flat]
    return np.array(flat, dtype=dtype).reshape(a.shape)
