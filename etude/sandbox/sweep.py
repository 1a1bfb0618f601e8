"""Removes what a worker left behind, however deep, however locked."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import stat
from collections.abc import Iterator


def remove_tree(folder: str) -> None:
    """Remove a folder of a process that is gone, and all that is in it; what cannot be removed stays.

    What lies in a folder in `folder` is moved up before it is emptied itself, so that depth costs neither stack nor
    descriptors nor length of paths (`shutil.rmtree` takes all three). Its owner may have made folders unreadable.
    """
    fresh = (f"{secrets.token_hex(8)}-{number}" for number in itertools.count())  # nothing is called that yet
    with contextlib.suppress(OSError):
        while entries := _entries(folder):
            for entry in entries:
                _remove(entry, folder, fresh)
        os.rmdir(folder)


def _remove(entry: os.DirEntry[str], folder: str, fresh: Iterator[str]) -> None:
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.path)
        return
    try:
        os.rmdir(entry.path)
    except OSError:
        for inner in _entries(entry.path):
            if inner.is_dir(follow_symlinks=False):
                os.chmod(inner.path, stat.S_IRWXU)  # moving a folder writes to it
                os.rename(inner.path, os.path.join(folder, next(fresh)))
            else:
                os.unlink(inner.path)
        os.rmdir(entry.path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    os.chmod(folder, stat.S_IRWXU)
    with os.scandir(folder) as entries:
        return list(entries)
