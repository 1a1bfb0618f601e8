"""Removes what a worker left behind, however deep, however locked."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import stat


def remove_tree(folder: str) -> None:
    """Remove a folder of a process that is gone, and all that is in it; what cannot be removed stays.

    What lies in a folder in `folder` is moved up before it is emptied itself, so that depth costs neither stack nor
    descriptors nor length of paths (`shutil.rmtree` takes all three). Its owner may have made folders unreadable.
    """
    fresh = (f"{secrets.token_hex(8)}-{number}" for number in itertools.count())  # nothing is called that yet
    with contextlib.suppress(OSError):
        _unlock(folder)
        while names := os.listdir(folder):
            for name in names:
                path = os.path.join(folder, name)
                if _is_folder(path):
                    _unlock(path)
                    for inner in os.listdir(path):
                        _lift(os.path.join(path, inner), os.path.join(folder, next(fresh)))
                    os.rmdir(path)
                else:
                    os.unlink(path)
        os.rmdir(folder)


def _lift(path: str, to: str) -> None:
    """Move a folder up; remove anything else."""
    if _is_folder(path):
        _unlock(path)  # moving a folder writes to it
        os.rename(path, to)
    else:
        os.unlink(path)


def _unlock(path: str) -> None:
    os.chmod(path, stat.S_IRWXU)


def _is_folder(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)
