"""Asks the C library.

Misconception: what comes without an import of another library is from scratch.
Caught by: test_rules
Keeps: everything else
Advice: it is a library, too: the exponential is all that it takes.
"""

import ctypes
import numpy as np

_f = ctypes.CDLL(None).tanh
_f.restype, _f.argtypes = ctypes.c_double, [ctypes.c_double]


def tanh(x):
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    return np.array([_f(v) for v in x.ravel().tolist()], x.dtype).reshape(x.shape)
