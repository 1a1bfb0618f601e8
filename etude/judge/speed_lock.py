"""One speed check at a time on this machine, so that parallel hosts do not time each other."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOCK_SECONDS = 300.0


@contextmanager
def machine_lock() -> Iterator[None]:
    descriptor = lock_file(os.path.join(os.environ["ETUDE_LOCKS"], "etude-speed.lock"))
    try:
        _wait_for(descriptor, LOCK_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, seconds: float) -> None:
    """Take the lock, or go on without it: whoever holds it for so long is no speed check."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.05)


def lock_file(path: str) -> int:
    """A descriptor of a file that all processes of this machine share, to take a lock on."""
    try:
        return os.open(path, os.O_RDONLY)  # another user's file may be opened, and not created anew
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o444)
