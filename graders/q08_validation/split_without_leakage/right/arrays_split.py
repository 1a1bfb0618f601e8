"""train_test_split on the arrays themselves with counts instead of fractions; the training part is cut off first."""

import numpy as np
import sklearn.model_selection as ms
from sklearn.preprocessing import scale  # noqa: F401


def make_splits(x, y, val_fraction=0.2, test_fraction=0.2, seed=0):
    if not 0 < val_fraction < 1 or not 0 < test_fraction < 1 or val_fraction + test_fraction >= 1:
        raise ValueError("bad fractions")
    features, labels = np.asarray(x), np.asarray(y)
    if features.shape[0] != labels.shape[0]:
        raise ValueError("lengths differ")
    if not np.issubdtype(features.dtype, np.floating):
        features = features.astype(np.float64)
    n = len(labels)
    held = round(n * (val_fraction + test_fraction))
    a, b, c, d = ms.train_test_split(features, labels, test_size=held, stratify=labels, random_state=seed)
    e, f, g, h = ms.train_test_split(b, d, test_size=round(n * test_fraction), stratify=d, random_state=seed + 1)
    wide = a.astype(np.longdouble)
    mu = wide.mean(0)
    sigma = np.sqrt(((wide - mu) ** 2).mean(0))
    sigma = np.where(np.ptp(a, axis=0) > 0, sigma, 1)
    z = {name: ((part - mu) / sigma).astype(features.dtype) for name, part in (("train", a), ("val", e), ("test", f))}
    return {"x_" + name: part for name, part in z.items()} | {"y_train": c, "y_val": g, "y_test": h}
