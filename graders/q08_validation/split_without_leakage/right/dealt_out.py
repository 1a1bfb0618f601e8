"""The standard library's random: each class is shuffled and dealt out like cards, wherever most is owed."""

import random
from collections import defaultdict

import numpy as np


def make_splits(x, y, val_fraction=0.2, test_fraction=0.2, seed=0):
    wanted = {"val": val_fraction, "test": test_fraction, "train": 1 - val_fraction - test_fraction}
    if min(wanted.values()) <= 0 or max(wanted.values()) >= 1:
        raise ValueError(f"fractions {val_fraction} and {test_fraction}")
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    y = np.asarray(y)
    if y.shape != x.shape[:1]:
        raise ValueError(f"{x.shape} does not go with {y.shape}")
    dealer = random.Random(seed)
    groups = defaultdict(list)
    for row, label in enumerate(y.tolist()):
        groups[label].append(row)
    hands = {name: [] for name in wanted}
    for rows in groups.values():
        dealer.shuffle(rows)
        given = dict.fromkeys(wanted, 0)
        for k, row in enumerate(rows, start=1):
            name = max(wanted, key=lambda part: k * wanted[part] - given[part])
            given[name] += 1
            hands[name].append(row)
    train = x[hands["train"]].astype(np.float64)
    first = train[0]
    mean = first + (train - first).mean(axis=0)
    std = np.sqrt(np.mean((train - mean) ** 2, axis=0))
    std[(train == first).all(axis=0)] = 1.0
    out = {}
    for name, rows in hands.items():
        out["x_" + name] = np.asarray((x[rows] - mean) / std, dtype=x.dtype)
        out["y_" + name] = y.take(rows)
    return out
