"""A process that outlives a killed zygote for a moment, and takes with it what the zygote's workers have started.

A worker dies with its zygote. Processes that it was allowed to start do not, but they cannot leave its process group.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
from dataclasses import dataclass
from typing import NoReturn

from etude.sandbox.limits import close_descriptors

_NUMBER = struct.Struct("<q")  # a group to watch, or to forget where it is negative


@dataclass(frozen=True)
class Guardian:
    """The zygote's end: a pipe, whose closing is the signal."""

    pipe: int

    @classmethod
    def fork(cls) -> Guardian:
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                os.setsid()
                close_descriptors({0, 1, 2, reading})
                _serve(reading)
            finally:
                os._exit(70)
        os.close(reading)
        return cls(writing)

    def watch(self, group: int) -> None:
        os.write(self.pipe, _NUMBER.pack(group))

    def forget(self, group: int) -> None:
        """Once all of it has been reaped: the number may soon be another's."""
        os.write(self.pipe, _NUMBER.pack(-group))


def _serve(pipe: int) -> NoReturn:
    groups: set[int] = set()
    while message := os.read(pipe, _NUMBER.size):
        (number,) = _NUMBER.unpack(message)
        if number > 0:
            groups.add(number)
        else:
            groups.discard(-number)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    os._exit(0)
