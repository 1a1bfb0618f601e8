"""Takes the tangent of ix, with a complex dtype by its name.

Misconception: only literals are complex numbers.
Caught by: test_rules
Keeps: everything else
Advice: the real exponential is all that it takes.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    i = np.sqrt(np.asarray(-1, dtype="c16"))
    return (-(np.tan(i * np.clip(x, -300, 300)) * i).real).astype(x.dtype)
