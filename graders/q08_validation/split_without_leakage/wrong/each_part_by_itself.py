"""Each part is standardised with its own statistics.

Misconception: Every part should have mean 0.
Caught by: test_other_parts, test_constant_feature, test_constant_in_training, test_dtype
Advice: The model was trained on the training part's scale: apply that one.
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
        mean, scale = x[rows].mean(axis=0), x[rows].std(axis=0)
        scale[np.ptp(x[rows], axis=0) == 0] = 1
        splits[f"x_{part}"], splits[f"y_{part}"] = ((x[rows] - mean) / scale).astype(dtype), y[rows]
    return splits
