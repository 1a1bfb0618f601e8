from collections.abc import Sequence

import keras


def create_simple_nn(input_dim: int = 10, hidden_units: Sequence[int] = (64, 32)) -> keras.Model:
    """A built and compiled binary classifier: (N, input_dim) to (N, 1), in [0, 1].

    Raises ValueError for `input_dim < 1` or any unit `< 1`.
    """
    raise NotImplementedError
