import numpy as np
from numpy.typing import ArrayLike


def make_splits(
    x: ArrayLike, y: ArrayLike, val_fraction: float = 0.2, test_fraction: float = 0.2, seed: int = 0
) -> dict[str, np.ndarray]:
    """Stratified parts x_train, y_train, x_val, y_val, x_test, y_test, standardised with the training statistics.

    x (N, D) features, y (N,) labels. Raises ValueError where a fraction is not in (0, 1), where they sum to 1 or more,
    or where x and y differ in length.
    """
    raise NotImplementedError
