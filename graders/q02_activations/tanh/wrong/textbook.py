"""The definition as it stands.

Misconception: the quotient is bounded, so its parts will be.
Caught by: test_large_inputs, test_infinities
Advice: exp(1000) overflows and inf / inf is NaN: divide by the larger exponential first.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
