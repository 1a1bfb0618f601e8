"""The host's end of one worker: asks it, watches its limits from outside, and says how it ended."""

from __future__ import annotations

import mmap
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from etude.report import Isolation
from etude.sandbox.policy import AS_A_RULE, Allowances
from etude.sandbox.sweep import remove_tree
from etude.sandbox.usage import (
    Limits,
    exceeded,
    group_of,
    has_ended,
    main_thread_has_ended,
    peak_bytes,
    stands_still,
)
from etude.sandbox.wire import Channel, WireError
from etude.sandbox.worker import WorkerSpec
from etude.sandbox.zygote import Zygote

MAX_CALLBACKS = 100_000  # of one call
START_SECONDS = 30.0
_TAMPERED = "your code closed, or wrote to, a descriptor that is not its own"
LOOK_SECONDS = 0.05  # between two looks at the limits of a worker that answers quickly
STOP_SECONDS = 2.0  # for a worker that is told to stop to come to the end of its system calls
END_SECONDS = 0.5  # for a worker that has let go of the wire to come to its end

# The exceptions of a host function that cross by type; any other crosses as a TypeError.
_TRAVELLING = (ArithmeticError, IndexError, KeyError, OverflowError, RuntimeError, ValueError, ZeroDivisionError)

Callbacks = Mapping[int, Callable[..., Any]]


class WorkerEnded(Exception):
    """The worker is gone, or had to be ended; the message says why, in the candidate's terms."""


@dataclass(frozen=True)
class Mappings:
    """Two stretches of memory shared with one worker, for the large arrays of a speed check."""

    to_worker: mmap.mmap
    from_worker: mmap.mmap
    descriptors: tuple[int, int]
    size: int

    @classmethod
    def make(cls, size: int) -> Mappings:
        made = []
        for name in ("to_worker", "from_worker"):
            descriptor = os.memfd_create(name)
            os.ftruncate(descriptor, size)  # sparse: only what is used takes memory
            made.append((descriptor, mmap.mmap(descriptor, size)))
        (first, to_worker), (second, from_worker) = made
        return cls(to_worker, from_worker, (first, second), size)


class WorkerProcess:
    """A worker from its fork to its end. Not to be used after it raised `WorkerEnded`."""

    def __init__(
        self,
        zygote: Zygote,
        readable: tuple[str, ...],
        isolated: bool,
        limits: Limits,
        shared_bytes: int = 0,
        allowed: Allowances = AS_A_RULE,
    ) -> None:
        self._zygote, self._limits, self._allowed = zygote, limits, allowed
        self._temp = tempfile.mkdtemp(prefix="etude-")
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the worker)
        mappings = Mappings.make(shared_bytes) if shared_bytes else None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        spec = WorkerSpec(self._temp, readable, isolated, limits.cpu_seconds, shared_bytes, self._allowed)
        inherited = [theirs.fileno(), self._output.fileno(), *(mappings.descriptors if mappings else ())]
        self._pid: int | None = zygote.spawn(spec, inherited)
        self._looked = time.monotonic()
        theirs.close()
        for descriptor in mappings.descriptors if mappings else ():
            os.close(descriptor)
        self._channel = Channel(
            ours,
            shared_out=memoryview(mappings.to_worker) if mappings else None,
            shared_in=memoryview(mappings.from_worker) if mappings else None,
        )
        ready = self._exchange(None, START_SECONDS, {})
        self.isolation = Isolation.from_json(ready)

    def ask(
        self, request: dict[str, Any], seconds: float, callbacks: Callbacks | None = None, shared: bool = False
    ) -> dict[str, Any]:
        """Send a request and return its reply: a dict with one of `value`, `raised`, `unsendable`."""
        if self._channel.pending():
            self._broken()
        if not shared and time.monotonic() - self._looked > LOOK_SECONDS:  # a timed call's time is the candidate's
            self._look()
        request = {**request, "shared": True} if shared else request
        reply: dict[str, Any] = self._exchange(request, seconds, callbacks or {})
        if not isinstance(reply, dict) or len(reply) != 1 or not {"value", "raised", "unsendable"} & set(reply):
            self._end(_TAMPERED)
        return reply

    def _exchange(self, request: dict[str, Any] | None, seconds: float, callbacks: Callbacks) -> Any:
        deadline = time.monotonic() + seconds
        try:
            if request is not None:
                self._channel.send(request, shared="shared" in request, deadline=deadline, on_wait=self._look)
            reply = self._channel.receive(deadline=deadline, on_wait=self._look)
            for _ in range(MAX_CALLBACKS):
                if not isinstance(reply, dict) or "callback" not in reply:
                    return reply
                self._channel.send(_call_back(reply, callbacks), deadline=deadline, on_wait=self._look)
                reply = self._channel.receive(deadline=deadline, on_wait=self._look)
            self._end(f"your code called the function it was given more than {MAX_CALLBACKS:,} times")
        except TimeoutError:
            self._end(f"time limit: no answer after {float(f'{seconds:.2g}'):g} seconds")
        except WireError:
            self._end(_TAMPERED)
        except ConnectionError:
            self._broken()
        except BaseException:  # a grader's own failure in a callback, or Ctrl-C: the worker still waits
            self.close()
            raise

    def _look(self) -> None:
        assert self._pid is not None
        self._looked = time.monotonic()
        if main_thread_has_ended(self._pid):
            self._broken("your code ended the thread that it is called in")
        problem = exceeded(self._limits, self._pid, Path(self._temp), self._output.fileno(), self._allowed.processes)
        if problem:
            self._end(problem)

    def _end(self, problem: str) -> NoReturn:
        self._kill()
        raise WorkerEnded(problem)

    def _broken(self, otherwise: str = _TAMPERED) -> NoReturn:
        """The wire is cut, or holds what was not asked for: because the worker has ended, which may take a moment to
        show, or because of what its code did otherwise."""
        assert self._pid is not None
        deadline = time.monotonic() + END_SECONDS
        while not (ended := has_ended(self._pid)) and time.monotonic() < deadline:
            time.sleep(0.001)
        code = self._kill()
        if ended or code != -signal.SIGKILL:
            raise WorkerEnded(_ending(code))
        raise WorkerEnded(otherwise)

    def _kill(self) -> int:
        pid, self._pid = self._pid, None
        code = self._zygote.end(pid, self._allowed.processes) if pid is not None else 0
        self._channel.close()
        remove_tree(self._temp)
        return code

    def printed(self, start: int = 0, limit: int = 4_000) -> str:
        """What the candidate's code printed from byte `start` on, cut at `limit`."""
        return os.pread(self._output.fileno(), limit, start).decode("utf-8", "replace")

    def printed_bytes(self) -> int:
        return os.fstat(self._output.fileno()).st_size

    def peak_bytes(self) -> int:
        """The most resident memory that the worker has had, as the kernel counts it."""
        assert self._pid is not None
        return peak_bytes(self._pid)

    def pause(self) -> None:
        """Stop every thread of the worker, until `resume`; they stand still when this returns."""
        assert self._pid is not None
        self._signal(signal.SIGSTOP)
        pids = group_of(self._pid) if self._allowed.processes else [self._pid]
        deadline = time.monotonic() + STOP_SECONDS
        while not all(map(stands_still, pids)):
            if time.monotonic() > deadline:
                self._end("your code went on, in one long system call, while it was to stand still")
            time.sleep(0.0001)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """To the worker, which is not yet reaped, so that the number is still its own, and to what it has started."""
        assert self._pid is not None
        (os.killpg if self._allowed.processes else os.kill)(self._pid, number)

    @property
    def alive(self) -> bool:
        return self._pid is not None

    def close(self) -> None:
        if self._pid is not None:
            self._kill()


def _call_back(request: dict[str, Any], callbacks: Callbacks) -> dict[str, Any]:
    """Run a host function on plain copies; of its exceptions the type travels, from a fixed list."""
    function = callbacks.get(request["callback"]) if type(request["callback"]) is int else None
    arguments = request.get("args")
    if function is None or type(arguments) is not list:
        raise WireError("no such callback")
    try:
        return {"value": function(*arguments)}
    except _TRAVELLING as error:
        kind = next(base for base in type(error).__mro__ if base in _TRAVELLING)
        return {"type": kind.__name__, "message": str(error)[:1_000]}
    except Exception:  # it was called with what the candidate chose
        return {"type": "TypeError", "message": "this function cannot be called with that"}


_FAILED = 70  # the exit status of a worker whose own loop raised
_ENDINGS = {
    "SIGSEGV": "a segmentation fault (in native code, or of a recursion too deep for the stack)",
    "SIGABRT": "SIGABRT: native code gave up",
    "SIGBUS": "a bus error in native code",
    "SIGFPE": "an arithmetic fault in native code",
    "SIGILL": "an illegal instruction in native code",
    "SIGKILL": "SIGKILL: it sent that itself, or this machine ran out of memory",
    "SIGSYS": "SIGSYS: it made a system call in a way that no answer needs",
    "SIGXCPU": "the processor time limit",
    "SIGXFSZ": "a file too large",
}


def _ending(code: int) -> str:
    if code == _FAILED:
        cause = "a signal handler, a timer, a thread or a closed descriptor"
        return f"your code broke the worker between two calls (by {cause})"
    if code >= 0:
        return f"your code ended its process (exit status {code})"
    name = signal.Signals(-code).name if -code in {item.value for item in signal.Signals} else f"signal {-code}"
    return f"your code was ended by {_ENDINGS.get(name, name)}"
