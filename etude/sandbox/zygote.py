"""The zygote: a process with the frameworks imported and nothing secret, that forks one worker per submission.

It is forked from the host before the host is told any exercise, seed or submission, so that no worker inherits any.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from etude.sandbox import control, policy, worker
from etude.sandbox.guardian import Guardian
from etude.sandbox.limits import adopt_orphans, close_descriptors, die_with_parent
from etude.sandbox.policy import Allowances
from etude.sandbox.worker import WorkerSpec


@dataclass(frozen=True)
class Zygote:
    """The host's end of the zygote."""

    pid: int
    control: socket.socket

    @classmethod
    def fork(cls) -> Zygote:
        """Fork the zygote from the calling, single-threaded process."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _run(lambda: serve(theirs, parent))
        theirs.close()
        return cls(pid, ours)

    def spawn(self, spec: WorkerSpec, descriptors: list[int]) -> int:
        """A new worker's pid; it holds the descriptors, in the order of `WorkerSpec`."""
        answer = self._ask({"spawn": asdict(spec)}, descriptors)
        return int(answer["pid"])

    def end(self, pid: int, group: bool = False) -> int:
        """Kill the worker, if it is still there, and return how it ended (as `os.waitstatus_to_exitcode`).

        group: and every process that it has started.
        """
        return int(self._ask({"end": pid, "group": group})["code"])

    def _ask(self, message: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        try:
            return control.ask(self.control, message, descriptors or ())
        except ConnectionError:
            raise RuntimeError("the zygote is gone") from None

    def close(self) -> None:
        self.control.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _run(body: Callable[[], None]) -> NoReturn:
    """Run in a forked child, from which nothing may return into the parent's stack."""
    try:
        body()
    finally:
        os._exit(70)


def serve(asked: socket.socket, parent: int) -> NoReturn:
    """Fork workers and reap them, as asked, until the host is gone."""
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the client's to handle
    close_descriptors({0, 1, 2, asked.fileno()})
    adopt_orphans()
    worker.clear_environment()
    guardian: Guardian | None = None  # once a worker may start processes
    while True:
        try:
            message, descriptors = control.receive(asked)
        except ConnectionError:
            os._exit(0)
        try:
            if "spawn" in message:
                spec = _spec(message["spawn"])
                if spec.allowed.processes and guardian is None:
                    guardian = Guardian.fork()
                answer = _spawn(spec, descriptors, guardian)
            else:
                answer = _end_group(message["end"], guardian) if message["group"] else _end(message["end"])
        except OSError as error:
            answer = {"error": f"the zygote failed: {error}"}
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(asked, answer)


_prepare = functools.cache(policy.prepare)  # a host has few kinds of workers


def _spec(fields: dict[str, Any]) -> WorkerSpec:
    allowed = Allowances(**fields["allowed"])
    return WorkerSpec(**{**fields, "readable": tuple(fields["readable"]), "allowed": allowed})


def _spawn(spec: WorkerSpec, descriptors: list[int], guardian: Guardian | None) -> dict[str, Any]:
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:  # Landlock binds the calling thread only, and a fork loses the others' locks
        return {"error": f"a preloaded module started {threads - 1} threads: take it out of `preload`"}
    prepared = _prepare(spec.readable, spec.isolated, spec.allowed)
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run(lambda: worker.main(spec, prepared, descriptors, zygote))
    if spec.allowed.processes and guardian is not None:
        guardian.watch(pid)
    return {"pid": pid}


def _end(pid: int) -> dict[str, Any]:
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # raises where it is no child of ours
    os.kill(pid, signal.SIGKILL)  # not yet reaped, so that the number is still its own
    _, status = os.waitpid(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status)}


def _end_group(pid: int, guardian: Guardian | None) -> dict[str, Any]:
    """The worker leads a process group, which nothing can leave; whatever it orphans becomes a child of ours."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    with contextlib.suppress(ProcessLookupError):  # it was ended before it led one
        os.killpg(pid, signal.SIGKILL)
    answer = _end(pid)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-pid, 0)
    if guardian is not None:
        guardian.forget(pid)
    return answer
