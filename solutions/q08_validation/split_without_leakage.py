"""Stratified training, validation and test parts, standardised with what the training part alone knows.

Idea
    The validation and test parts stand for data that do not exist yet. Whatever is computed from them before training
    (a mean, a standard deviation, an imputation, a choice of features) tells the model about its own examination. So:
    split first, fit on the training part, apply to all.

Derivation
    Of a class with n rows, round(f n) is within half a row of its share f n, and the training part, which gets the
    rest, within one. Rounding for each class keeps the proportions of rare classes, which a plain random split changes
    by about sqrt(n f (1 - f)) rows.

Cost
    Sorting the labels and permuting the rows, O(N log N), and a few passes over x.

Pitfalls
    Standardising before the split, or each part by itself. Taking val_fraction of what the test part left: 0.2 of 0.8
    is 0.16. Shuffling x and y separately. A constant feature: its computed standard deviation may be 1e-17 rather than
    0, and dividing by it makes noise of size 1; compare the smallest value with the largest. Seeding NumPy's global
    generator.

Follow-up questions
    What leaks even so? Rows that belong together: images of one patient, frames of one film, duplicates. Then split by
    group; and by date where the future is to be predicted.
    Where does the scaler go in cross-validation? Into the pipeline, to be fitted anew in every fold.
    May one look at the test part twice? Each look at which something is chosen turns it a little into a validation
    part.
"""

import numpy as np
from numpy.typing import ArrayLike


def make_splits(
    x: ArrayLike, y: ArrayLike, val_fraction: float = 0.2, test_fraction: float = 0.2, seed: int = 0
) -> dict[str, np.ndarray]:
    x, y = np.asarray(x), np.asarray(y)
    if val_fraction <= 0 or test_fraction <= 0 or val_fraction + test_fraction >= 1:
        raise ValueError("the fractions must lie between 0 and 1, and sum to less than 1")
    if len(x) != len(y):
        raise ValueError(f"{len(x)} rows and {len(y)} labels")
    rng = np.random.default_rng(seed)
    parts = {"train": [], "val": [], "test": []}
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        n_val, n_test = round(val_fraction * len(rows)), round(test_fraction * len(rows))
        for part, chosen in zip(("val", "test", "train"), np.split(rows, [n_val, n_val + n_test]), strict=True):
            parts[part].extend(chosen)
    train = x[parts["train"]].astype(np.float64)
    mean, scale = train.mean(axis=0), train.std(axis=0)
    scale[np.ptp(train, axis=0) == 0] = 1
    dtype = x.dtype if np.issubdtype(x.dtype, np.floating) else np.float64
    splits = {}
    for part, rows in parts.items():
        splits[f"x_{part}"], splits[f"y_{part}"] = ((x[rows] - mean) / scale).astype(dtype), y[rows]
    return splits
