"""Children that are confined and then try things; the tests of the policy run in them."""

from __future__ import annotations

import ctypes
import errno
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import etude.report
from etude.sandbox import policy, seccomp

NOBODY = 65534
PACKAGE = Path(etude.report.__file__).parent
REFUSED = (errno.EACCES, errno.EPERM, errno.EXDEV)

needs_kernel = pytest.mark.skipif(policy.available().level != "kernel", reason="no Landlock or no seccomp here")


@dataclass(frozen=True)
class Worker:
    """Runs functions in forked, confined children. `hidden` and `outside` could be read and written but for that."""

    uid: int
    temp: Path
    hidden: Path
    outside: Path
    readable: tuple[Path, ...]

    def run(self, action: Callable[[], Any], **settings: Any) -> Any:
        def confined() -> Any:
            if self.uid != os.getuid():
                os.setresgid(self.uid, self.uid, self.uid)
                os.setresuid(self.uid, self.uid, self.uid)
                ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # setuid made /proc/self root's
            hidden = (self.hidden, PACKAGE)
            policy.confine(policy.Policy(self.temp, hidden, readable=self.readable, **settings))
            return action()

        return forked(confined)


def forked(action: Callable[[], Any]) -> Any:
    """What `action` returns or raises in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            result = (True, action())
        except BaseException as error:
            result = (False, error)
        os.write(writing, pickle.dumps(result))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {status}"
    worked, value = pickle.loads(data)
    if not worked:
        raise value
    return value


def errors(*actions: Callable[[], object]) -> list[int]:
    """The errno of each action; 0 for one that worked."""

    def tried(action: Callable[[], object]) -> int:
        try:
            action()
        except OSError as error:
            return error.errno or -1
        return 0

    return [tried(action) for action in actions]


def call(name: str, *arguments: int) -> int:
    """The errno of a raw system call; 0 where it worked."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = seccomp._number(name)
    if number is None:
        return errno.EPERM  # not on this architecture: denied well enough
    words = (ctypes.c_long(word) for word in (*arguments, *(0,) * (6 - len(arguments))))
    return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *words) == -1 else 0
