"""What frameworks import only when they are first used, which would be in every worker anew.

Private names, so one that a version does not have is no error.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Mapping
from types import MappingProxyType

_LATE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "torch": ("torch.profiler._cupti_monitor",),  # an optimiser's first step
        "tensorflow": tuple(  # a data set's first batch
            f"tensorflow.python.data.ops.{name}_op"
            for name in ("concatenate", "flat_map", "from_tensors", "range", "zip")
        ),
    }
)


def import_latecomers() -> None:
    """Those of the frameworks that are imported by now."""
    for name in (late for framework, names in _LATE.items() if framework in sys.modules for late in names):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
