"""A core of its own for each host, where many grade at once.

A host, its zygote and its worker take turns: on one core each finds its memory in the cache, and none waits for
another core to wake up.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile

from etude.judge.speed_lock import lock_file


def bind_to_own_core(pid: int) -> int | None:
    """Keep a process, and all that it will start, on a core that no other host has; where none is left, leave it be.

    The descriptor that comes back holds the core, until it is closed or this process ends.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    for core in sorted(os.sched_getaffinity(pid)):
        descriptor = lock_file(os.path.join(tempfile.gettempdir(), f"etude-core-{core}.lock"))
        with contextlib.suppress(OSError):  # another host's, or the system does not let us
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.sched_setaffinity(pid, {core})
            return descriptor
        os.close(descriptor)
    return None
