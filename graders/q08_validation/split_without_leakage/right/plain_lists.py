"""random.Random and lists of row numbers; shares as fractions; column after column."""

import random
import statistics
from collections import defaultdict
from fractions import Fraction

import numpy as np


class _Splits(dict):
    pass


def make_splits(x, y, val_fraction=0.2, test_fraction=0.2, seed=0):
    """random.Random, sets of row numbers, column after column."""
    if not (0 < val_fraction < 1 and 0 < test_fraction < 1 and val_fraction + test_fraction < 1):
        raise ValueError("val_fraction and test_fraction")
    X, Y = np.asarray(x), np.asarray(y)
    if X.shape[0] != Y.shape[0]:
        raise ValueError("x, y")
    dtype = X.dtype if np.issubdtype(X.dtype, np.floating) else np.float64
    groups = defaultdict(list)
    for i, label in enumerate(Y.tolist()):
        groups[label].append(i)
    dice = random.Random(int(seed))
    where = {"val": [], "test": [], "train": []}
    for rows in groups.values():
        dice.shuffle(rows)
        a = -(-len(rows) * Fraction(val_fraction).limit_denominator(1000) // 1)
        b = len(rows) * Fraction(test_fraction).limit_denominator(1000) // 1
        where["val"] += rows[: int(a)]
        where["test"] += rows[int(a) : int(a + b)]
        where["train"] += rows[int(a + b) :]
    X = X.astype(np.float64)
    for j in range(X.shape[1]):
        fit = X[where["train"], j]
        m = fit[0] + (fit - fit[0]).mean()
        s = np.linalg.norm(fit - m) / len(fit) ** 0.5 if np.ptp(fit) else 1
        X[:, j] = (X[:, j] - m) / s
    out = _Splits()
    for name in where:
        out[f"y_{name}"] = Y[where[name]]
        out[f"x_{name}"] = X[where[name]].astype(dtype, order="F")
    return out
