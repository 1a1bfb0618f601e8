"""A core of its own for each host, where many grade at once.

A host, its zygote and its worker take turns: on one core each finds its memory in the cache, and none waits for
another core to wake up.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from dataclasses import dataclass

from etude.judge.speed_lock import lock_file


@dataclass(frozen=True)
class Core:
    """Nobody else's while the descriptor is open."""

    number: int
    descriptor: int

    def give_back(self) -> None:
        os.close(self.descriptor)


def take_core() -> Core | None:
    """A core that no other host of this machine has; None where all are taken, or the system does not bind to cores."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    for number in sorted(os.sched_getaffinity(0)):
        descriptor = lock_file(os.path.join(tempfile.gettempdir(), f"etude-core-{number}.lock"))
        with contextlib.suppress(OSError):  # another host's
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return Core(number, descriptor)
        os.close(descriptor)
    return None
