"""Seeds the generators that candidates draw from: the standard library's, NumPy's, torch's and Keras's."""

from __future__ import annotations

import random
import sys

import numpy as np
import numpy.random  # lazily loaded otherwise, anew in every worker


def seed_generators(seed: int) -> None:
    """`seed` is 64 bits from a one-way hash: a generator's state tells nothing of the run's secret seed."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(seed % (1 << 63))  # torch.manual_seed asks every kind of device there is
        if torch.cuda.is_available():
            torch.cuda.manual_seed_all(seed % (1 << 63))
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        sys.modules["keras"].utils.set_random_seed(seed % (1 << 32))
