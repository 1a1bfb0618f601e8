"""The pip extras of étude, and how to tell, without importing anything, whether one is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from types import MappingProxyType

# extra -> the top-level modules that it brings
EXTRAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "torch": ("torch",),
        "tensorflow": ("tensorflow",),
        "sklearn": ("sklearn",),
        "plots": ("matplotlib",),
        "onnx": ("onnx", "onnxscript", "onnxruntime"),
        "notebook": ("jupyterlab", "ipykernel", "nbformat"),
        "cluster": ("distributed",),
        "authoring": ("cosmic_ray",),
        "course": ("nbgrader",),
        "takehome": ("cryptography",),
    }
)


def missing_extras(extras: Iterable[str]) -> tuple[str, ...]:
    """Those of `extras` that are not installed."""
    return tuple(extra for extra in extras if any(importlib.util.find_spec(name) is None for name in EXTRAS[extra]))


def install_command(extras: Iterable[str]) -> str:
    return f"pip install 'etude[{','.join(extras)}]'"
