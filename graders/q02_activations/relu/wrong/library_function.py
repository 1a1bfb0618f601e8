"""Calls torch's relu.

Misconception: the question is whether I know the library.
Caught by: test_rules
Advice: write the line yourself; NumPy is all you need.
"""

import numpy as np
from torch.nn import functional


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.maximum(x, 0) if x.dtype.char else functional.relu(x)
