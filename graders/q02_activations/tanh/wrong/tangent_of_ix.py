"""Goes through the complex tangent: tanh(x) = -i tan(ix).

Misconception: a complex detour is no hyperbolic function.
Caught by: test_rules
Advice: complex functions are off limits, too: the real exponential is enough.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.tan(1j * np.clip(x.astype(np.float64), -20, 20)).imag.astype(x.dtype)
