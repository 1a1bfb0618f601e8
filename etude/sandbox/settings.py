"""A picture of the global settings and generators that an entry point must leave as they are."""

from __future__ import annotations

import random
import sys
import warnings

import numpy as np


def settings() -> dict[str, object]:
    """Name of each setting and its present value."""
    found: dict[str, object] = {
        "NumPy's error state": np.geterr(),
        "NumPy's print options": repr(np.get_printoptions()),
        "the warnings filters": repr(warnings.filters),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        found |= {
            "torch's grad mode": torch.is_grad_enabled(),
            "torch's default dtype": str(torch.get_default_dtype()),
            "torch's thread count": torch.get_num_threads(),
            "torch's print options": repr(vars(torch._tensor_str.PRINT_OPTS)),
            "torch's deterministic mode": torch.are_deterministic_algorithms_enabled(),
        }
    return found


def generators(draws_allowed: bool) -> dict[str, object]:
    """Name of each global generator and its state. Where drawing from torch's is the candidate's right, only a
    re-seeding of it counts."""
    found: dict[str, object] = {
        "random's generator": hash(random.getstate()),
        "NumPy's global generator": _numpy_generator(),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        found["the seed of torch's generator"] = torch.initial_seed()
        if not draws_allowed:
            found["torch's generator"] = torch.get_rng_state().numpy().tobytes()
    return found


def _numpy_generator() -> object:
    state = np.random.get_state(legacy=False)
    inner = state["state"]
    return (inner["key"].tobytes(), inner["pos"])


def changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    return [name for name, value in before.items() if after[name] != value]


def restore() -> None:
    """The settings that would make a check depend on what an earlier one left behind."""
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
