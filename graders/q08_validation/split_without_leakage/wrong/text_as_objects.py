"""Labels that are text become Python objects.

Misconception: NumPy has no text.
Caught by: test_kinds_of_labels
Advice: It has, of fixed width: np.asarray takes labels as they are.
"""

import numpy as np


def make_splits(x, y, val_fraction=0.2, test_fraction=0.2, seed=0):
    for f in (val_fraction, test_fraction):
        if not 0 < f < 1:
            raise ValueError("fractions must lie in (0, 1)")
    if val_fraction + test_fraction >= 1:
        raise ValueError("nothing left for training")
    x = np.asarray(x)
    y = np.asarray(y)
    if y.dtype.kind not in "iu":
        y = y.astype(object)
    if len(x) != len(y):
        raise ValueError("x and y differ in length")
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    rng = np.random.default_rng(seed)
    train, val, test = [], [], []
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        n = len(rows)
        n_val = round(val_fraction * n)
        n_test = round(test_fraction * n)
        val.append(rows[:n_val])
        test.append(rows[n_val : n_val + n_test])
        train.append(rows[n_val + n_test :])
    train, val, test = (np.concatenate(p) for p in (train, val, test))
    fit = x[train].astype(np.float64)
    mean = fit.mean(axis=0)
    constant = (fit == fit[:1]).all(axis=0)
    mean = np.where(constant, fit[0], mean)
    std = np.where(constant, 1.0, fit.std(axis=0))
    out = {}
    for name, rows in (("train", train), ("val", val), ("test", test)):
        out["x_" + name] = ((x[rows] - mean) / std).astype(x.dtype)
        out["y_" + name] = y[rows]
    return out
