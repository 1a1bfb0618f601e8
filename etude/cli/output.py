"""Files that a command is told to write."""

from __future__ import annotations

import os
from pathlib import Path

from etude.errors import EtudeError
from etude.files import write_whole


def refuse_to_overwrite(path: Path, force: bool) -> None:
    """EtudeError where something is there that may not be replaced. Asked before the work is done."""
    if not os.path.lexists(path):
        return
    if path.exists() and not path.is_file():
        raise EtudeError(path, "is not a file", "name another")
    if not force:
        raise EtudeError(path, "is already there", "name another file, or replace it with --force")


def write_file(path: Path, content: bytes, force: bool) -> None:
    """The whole of `content` or nothing: a reader never meets half a file, and a failure leaves the old one."""
    refuse_to_overwrite(path, force)
    try:
        write_whole(path, content)
    except OSError as error:
        raise EtudeError(path, f"cannot be written ({error.strerror})", "name another file") from None
