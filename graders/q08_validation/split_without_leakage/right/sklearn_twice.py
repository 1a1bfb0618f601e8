"""scikit-learn throughout: train_test_split twice, on the rows' numbers, and StandardScaler."""

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def make_splits(x, y, val_fraction=0.2, test_fraction=0.2, seed=0):
    for fraction in (val_fraction, test_fraction, val_fraction + test_fraction):
        if fraction <= 0 or fraction >= 1:
            raise ValueError(f"no such fraction: {fraction}")
    if len(x) != len(y):
        raise ValueError("x and y must have the same length")
    x, y = np.array(x), np.array(y)
    if x.dtype.kind != "f":
        x = x.astype(float)
    rest, test = train_test_split(np.arange(len(y)), test_size=test_fraction, stratify=y, random_state=seed)
    train, val = train_test_split(
        rest, test_size=val_fraction / (1 - test_fraction), stratify=y[rest], random_state=seed
    )
    scaler = StandardScaler().fit(x[train])
    return {
        "x_train": scaler.transform(x[train]),
        "y_train": y[train],
        "x_val": scaler.transform(x[val]),
        "y_val": y[val],
        "x_test": scaler.transform(x[test]),
        "y_test": y[test],
    }
