"""One speed check at a time on this machine, so that parallel hosts do not time each other."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

LOCK_SECONDS = 300.0


@contextlib.contextmanager
def machine_lock(on_wait: Callable[[], None] = lambda: None) -> Iterator[float]:
    """Yields the seconds that were waited for it; `on_wait` is called where another has it.

    It is gone on without where no file can be opened for it: a ratio that may be disturbed is better than none.
    """
    with contextlib.ExitStack() as stack:
        waited = 0.0
        with contextlib.suppress(OSError):
            descriptor = lock_file(os.path.join(os.environ["ETUDE_LOCKS"], "etude-speed.lock"))
            stack.callback(os.close, descriptor)
            waited = _wait_for(descriptor, LOCK_SECONDS, on_wait)
        yield waited


def _wait_for(descriptor: int, seconds: float, on_wait: Callable[[], None]) -> float:
    """Take the lock, or go on without it: whoever holds it for so long is no speed check. The seconds it took."""
    if _taken(descriptor):
        return 0.0
    began = time.monotonic()
    on_wait()
    while time.monotonic() < began + seconds and not _taken(descriptor):
        time.sleep(0.05)
    return time.monotonic() - began


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_file(path: str) -> int:
    """A descriptor of a file that all processes of this machine share, to take a lock on.

    Where another user lets nobody open theirs: of one that all processes of this user share.
    """
    try:
        return _opened(path)
    except PermissionError:
        return _opened(f"{path}.{os.getuid()}")


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY)  # another user's file may be opened, and not created anew
    except FileNotFoundError:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o444)
        with contextlib.suppress(PermissionError):  # another user was quicker
            os.fchmod(descriptor, 0o444)  # for all users, whatever the umask
        return descriptor
