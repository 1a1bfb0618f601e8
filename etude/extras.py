"""The pip extras of étude, and how to tell, without importing anything, whether one is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from etude.errors import EtudeError

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
        "similar": ("copydetect",),
        "takehome": ("cryptography",),
    }
)


def missing_extras(extras: Iterable[str]) -> tuple[str, ...]:
    """Those of `extras` that are not installed."""
    return tuple(extra for extra in extras if any(importlib.util.find_spec(name) is None for name in EXTRAS[extra]))


def require_extras(subject: str, extras: Iterable[str]) -> None:
    """EtudeError where some are not there."""
    if missing := missing_extras(extras):
        raise lacking(subject, missing)


def lacking(subject: str, missing: Sequence[str]) -> EtudeError:
    """That `subject` needs these, and the command that installs them."""
    return EtudeError(subject, f"needs {' and '.join(missing)}, not installed here", install_command(missing))


def install_command(extras: Iterable[str]) -> str:
    return f"pip install 'etude[{','.join(extras)}]'"
