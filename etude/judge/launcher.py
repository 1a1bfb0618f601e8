"""The launcher: a process that imports the frameworks, and forks a host for each who asks; it never knows a secret.

`python -I -m etude.judge.launcher` with a socket as standard input, for requests as in sandbox/control.py:
    {"ahead": [...]}                  at most once and first: modules to import if they are there; nothing comes back
    {"preload": [...]}                modules to import; {} or {"error": …} comes back, once, when they are there
    {"fork": core or null}            with three descriptors, the host's end of the pipe (in, out) and its log;
                                      {"pid": …} comes back
    {"alive": pid}                    {"alive": …} comes back
    {"end": pid, "seconds": …}        {"code": …} comes back, once it has ended; it is killed after so many seconds
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from etude.judge import host
from etude.report import Isolation
from etude.sandbox import control, large_pages
from etude.sandbox.latecomers import import_latecomers
from etude.sandbox.limits import die_with_parent
from etude.sandbox.policy import available
from etude.sandbox.sweep import remove_tree

PAUSE = 0.002  # seconds between two looks whether a host has ended


def main() -> None:
    home = os.environ["ETUDE_HOST_HOME"]  # named by the client alone: HOME may be somebody's own
    asked = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.dont_write_bytecode = True
    try:
        with contextlib.suppress(ConnectionError):  # the client is gone, and all of its hosts know it
            _serve(asked)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()
    finally:
        remove_tree(home)  # the client's to remove, unless it was killed
    os._exit(0)


def _serve(asked: socket.socket) -> None:
    gc.disable()  # frameworks make objects by the hundred thousand, and none is garbage: a sixth of their import's time
    message, _ = control.receive(asked)
    if "ahead" in message:
        for name in message["ahead"]:
            with contextlib.suppress(ImportError):  # who needs it preloads it, and hears why not
                importlib.import_module(name)
        message, _ = control.receive(asked)
    for name in message["preload"]:
        try:
            importlib.import_module(name)
        except ImportError as error:
            control.send(asked, {"error": f"cannot preload {name}: {error}"})
            return
    import_latecomers()
    isolation = available()  # loads what confines a worker, once for all of them
    gc.freeze()  # so that a worker's collector does not copy the frameworks' pages
    large_pages.gather()
    control.send(asked, {})
    while True:
        message, descriptors = control.receive(asked)
        control.send(asked, _answer(message, descriptors, asked, isolation))


def _answer(
    message: dict[str, Any], descriptors: Sequence[int], asked: socket.socket, isolation: Isolation
) -> dict[str, Any]:
    if "fork" in message:
        launcher, pid = os.getpid(), os.fork()
        if pid == 0:
            asked.close()
            _become_host(launcher, message["fork"], descriptors, isolation)
        for descriptor in descriptors:
            os.close(descriptor)
        return {"pid": pid}
    if "alive" in message:
        return {"alive": _alive(message["alive"])}
    return {"code": _end(message["end"], message["seconds"])}


def _become_host(launcher: int, core: int | None, descriptors: Sequence[int], isolation: Isolation) -> NoReturn:
    """In the forked child, from which nothing may return into the launcher's stack."""
    code = 1
    try:
        die_with_parent(launcher)
        talk_in, talk_out, log = descriptors
        os.dup2(log, 1)  # whatever a framework prints is no answer to the client
        os.dup2(log, 2)
        os.close(log)
        if core is not None:
            with contextlib.suppress(OSError):  # the system does not let us
                os.sched_setaffinity(0, {core})
        host.run(talk_in, talk_out, isolation)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _alive(pid: int) -> bool:
    """Its number is not given to another before `_end` was asked for it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _end(pid: int, seconds: float) -> int:
    until = time.monotonic() + seconds
    while _alive(pid) and time.monotonic() < until:
        time.sleep(PAUSE)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
