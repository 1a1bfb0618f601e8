"""`etude doctor`: what this machine offers, and what that means for a verdict."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from etude import __version__
from etude.cli.banks import bank_options, load_catalog
from etude.errors import EtudeError
from etude.words import counted

_FRAMEWORKS = {  # what it is called -> the distributions that may bring it
    "NumPy": ("numpy",),
    "PyTorch": ("torch",),
    "TensorFlow": ("tensorflow", "tensorflow-cpu", "tensorflow-macos"),
    "Keras": ("keras",),
    "scikit-learn": ("scikit-learn",),
    "Matplotlib": ("matplotlib",),
    "ONNX Runtime": ("onnxruntime", "onnxruntime-gpu"),
    "pytest": ("pytest",),
}


@click.command("doctor")
@bank_options
def command(bank: tuple[str, ...], only_bank: bool) -> None:
    """Say what this machine offers.

    Python, frameworks, how answers are confined, GPU, where attempts are kept, and the banks.
    """
    from rich.table import Table
    from rich.text import Text

    from etude.cli.message import console
    from etude.render.visible import visible_line

    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _facts(bank, only_bank):
        table.add_row(label, Text(visible_line(value)))
    console().print(table)


def _facts(bank: tuple[str, ...], only_bank: bool) -> Iterator[tuple[str, str]]:
    yield "étude", __version__
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    yield "system", f"{platform.system()} {platform.release()}, {platform.machine()}"
    for name, distributions in _FRAMEWORKS.items():
        yield name, _version(distributions)
    if missing := _missing():
        yield "to install", missing
    yield "isolation", _isolation()
    yield "GPU", _gpu()
    yield "attempts", _attempts()
    yield from (("bank" if first else "", text) for first, text in _banks(bank, only_bank))


def _version(distributions: tuple[str, ...]) -> str:
    from importlib import metadata

    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "not installed"


def _missing() -> str:
    from etude.extras import EXTRAS, install_command, missing_extras

    frameworks = [extra for extra in ("torch", "tensorflow", "sklearn", "plots", "onnx") if extra in EXTRAS]
    missing = missing_extras(frameworks)
    return install_command(missing) if missing else ""


def _isolation() -> str:
    try:
        from etude.sandbox.policy import available
    except ImportError as error:
        return f"none ({error})"
    found = available()
    parts = [f"Landlock ABI {found.landlock_abi}" if found.landlock_abi else "", "seccomp" if found.seccomp else ""]
    has = ", ".join(part for part in parts if part)
    why = "; ".join(part for part in (has, *found.lacks) if part)
    return f"{found.level}{f' ({why})' if why else ''}"


def _gpu() -> str:
    from etude.judge.gpu import PRECISION, gpus

    found = gpus()
    if not found:
        return "none found (nvidia-smi lists none): GPU checks are left out, and their points with them"
    return f"{'; '.join(map(str, found))}; {PRECISION}"


def _attempts() -> str:
    from etude.attempts import Attempts
    from etude.cli.attempts import open_database
    from etude.database import AttemptsError, default_path

    path = default_path()
    there = os.path.lexists(path)
    try:
        found = f"{counted(len(Attempts(open_database()).best()), 'exercise')} tried" if there else "none yet"
    except AttemptsError as error:
        return f"{path} ({error.problem}: {error.fix})"
    if _is_writable(path):
        return f"{path} ({found})"
    return f"{path} ({found}; cannot be written, so that no attempt is kept: name another folder in ETUDE_DATA)"


def _is_writable(path: Path) -> bool:
    """Or can be made: in the nearest folder that is there."""
    folder = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    return folder.is_dir() and all(os.access(place, os.W_OK) for place in (folder, path) if os.path.lexists(place))


def _banks(bank: tuple[str, ...], only_bank: bool) -> Iterator[tuple[bool, str]]:
    try:
        catalog = load_catalog(bank, only_bank)
    except EtudeError as error:
        yield True, str(error)
        return
    for number, folder in enumerate(catalog.banks):
        count = sum(place.is_relative_to(folder) for place in catalog.places)
        yield number == 0, f"{folder} ({counted(count, 'exercise')})"
