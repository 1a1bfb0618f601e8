"""Systematic sampling along each shuffled class; one big array, cut into views; long doubles."""

import numpy as np


def make_splits(x, y, val_fraction=0.2, test_fraction=0.2, seed=0):
    """Systematic sampling along the shuffled rows sorted by class; masks; views of one big array."""
    if min(val_fraction, test_fraction) <= 0 or max(val_fraction, test_fraction) >= 1 or 1 <= val_fraction + test_fraction:
        raise ValueError("fractions")
    table = np.array(x, copy=True)
    labels = np.array(y, copy=True)
    if table.shape[:1] != labels.shape[:1]:
        raise ValueError("lengths")
    kind = table.dtype if table.dtype.kind == "f" else np.dtype(float)
    codes = np.unique(labels, return_inverse=True)[1].ravel()
    r = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([seed, 5])))
    order = np.lexsort((r.random_sample(len(codes)), codes))
    parts = np.empty(len(order), dtype=np.int8)
    for c in range(codes.max() + 1):
        where = order[codes[order] == c]
        k = np.arange(len(where))
        v = np.floor((k + 1) * val_fraction + 1e-9) > np.floor(k * val_fraction + 1e-9)
        rest = np.flatnonzero(~v)
        t = rest[: int(np.floor(test_fraction * len(where) + 0.5))]
        q = np.zeros(len(where), np.int8)
        q[v] = 1
        q[t] = 2
        parts[where] = q
    by_part = np.argsort(parts, kind="stable")
    data = table[by_part].astype(np.longdouble)
    cuts = np.cumsum(np.bincount(parts, minlength=3))[:-1]
    fit = data[: cuts[0]]
    lo, hi = fit.min(0), fit.max(0)
    centre = np.where(lo == hi, lo, fit.sum(0) / len(fit))
    spread = np.sqrt(np.square(fit - centre).sum(0) / len(fit))
    spread[lo == hi] = 1
    z = ((data - centre) / spread).astype(kind)
    xs, ys = np.split(z, cuts), np.split(labels[by_part], cuts)
    names = ["train", "val", "test"]
    return {f"x_{n}": a for n, a in zip(names, xs)} | {f"y_{n}": a for n, a in zip(names, ys)}
