"""Starts hosts and asks them: one host for each set of modules to preload, kept warm until the Judge is closed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.judge.core import take_core
from etude.judge.gpu import PRECISION, gpus
from etude.judge.job import GradeOptions, Job
from etude.judge.launchers import PACKAGE_PARENT, Imported, Launcher, Launchers, last_words
from etude.report import Isolation, Report
from etude.sandbox.sweep import remove_tree
from etude.submission import Submission

CLOSE_SECONDS = 2.0

OnCheck = Callable[[str], None]  # told what each check is, as it begins, and where one waits
_Place = tuple[Path, tuple[str, ...], str, bool]


class Host:
    """One host process and the pipe to it."""

    def __init__(
        self,
        launcher: Launcher,
        hidden: Iterable[Path],
        isolate: bool,
        device: str = "cpu",
        processes: bool = False,
        own_core: bool = False,
    ) -> None:
        self._launcher = launcher
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._core = take_core() if own_core else None
        self._home: str | None = None
        self._code: int | None = None  # how it ended
        self._ending = threading.Lock()
        (host_in, to_host), (from_host, host_out) = os.pipe(), os.pipe()
        self._to_host, self._from_host = (
            os.fdopen(to_host, "w", encoding="utf-8"),
            os.fdopen(from_host, encoding="utf-8"),
        )
        try:
            core = self._core.number if self._core else None
            self.pid = launcher.fork([host_in, host_out, self._log.fileno()], core)
        except BaseException:
            self._give_back()
            raise
        finally:
            os.close(host_in)
            os.close(host_out)
        try:
            self._home = self._receive()["home"]
            # Only now: what lies in the pipe before the fork may lie in a buffer that every worker inherits.
            places = [str(path) for path in hidden]
            self._send({"hidden": places, "isolate": isolate, "device": device, "processes": processes})
            self.isolation = Isolation.from_json(self._receive()["isolation"])
        except BaseException:
            self.close(at_once=True)
            raise

    def grade(self, job: Job, on_check: OnCheck | None) -> Report:
        self._send({**job.to_json(), "tell": on_check is not None})
        while True:
            message = self._receive()
            if "report" in message:
                return Report.from_json(message["report"])
            if "judge_error" in message:
                raise JudgeError(message["judge_error"])
            if on_check is not None:
                on_check(message["doing"])

    @property
    def alive(self) -> bool:
        return self._code is None and self._launcher.has(self.pid)

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):  # the answer to it says why
            self._to_host.write(json.dumps(message) + "\n")
            self._to_host.flush()

    def _receive(self) -> dict[str, Any]:
        line = self._from_host.readline()
        if not line:
            code = self._ended(CLOSE_SECONDS)
            if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
                raise JudgeError("the host ended: the checks took too much processor time over what this answer gives")
            raise JudgeError(f"the host ended ({code}): {last_words(self._log)}")
        message: dict[str, Any] = json.loads(line)
        return message

    def _ended(self, seconds: float) -> int:
        with self._ending:
            if self._code is None:
                self._code = self._launcher.end(self.pid, seconds)
            return self._code

    def kill(self) -> None:
        """From whichever thread: the one that waits for its verdict gets a JudgeError."""
        with self._ending, contextlib.suppress(ProcessLookupError):
            if self._code is None and self._launcher.alive:
                os.kill(self.pid, signal.SIGKILL)

    def close(self, at_once: bool = False) -> None:
        """End the host; its zygote and workers end with it."""
        if at_once:
            self.kill()
        self._hang_up()
        self._ended(CLOSE_SECONDS)
        self._give_back()

    def _hang_up(self) -> None:
        for stream in (self._to_host, self._from_host):
            with contextlib.suppress(OSError):
                stream.close()

    def _give_back(self) -> None:
        self._hang_up()
        self._log.close()
        if self._core is not None:
            self._core.give_back()
            self._core = None
        if self._home is not None:
            remove_tree(self._home)


class Judge:
    """Grades submissions. Use as a context manager: hosts live until it is closed.

    `private` are further paths that no worker may read (an attempts database, say). `own_core` is for one of many
    judges that grade at once: its hosts then stay each on a core that no other has, but for those of a GPU; judges
    that share `launchers` import what they preload but once.
    """

    def __init__(
        self, private: Iterable[Path] = (), own_core: bool = False, launchers: Launchers | None = None
    ) -> None:
        self._hosts: dict[_Place, Host] = {}
        self._launchers = launchers or Launchers()
        self._taken: dict[Imported, Launcher] = {}
        self._private, self._own_core = tuple(private), own_core
        self._isolate = os.environ.get("ETUDE_ISOLATION") != "process"

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=error is not None)

    def grade(
        self,
        exercise: Exercise,
        submission: Submission,
        options: GradeOptions | None = None,
        on_check: OnCheck | None = None,
    ) -> Report:
        """The full report. JudgeError for a fault of ours, EtudeError where the user can mend something."""
        options = _with_device(options or GradeOptions(), exercise)
        host = self.host(exercise, options.device)
        if host.isolation.level != "kernel" and not options.allow_unisolated:
            lacks = ", ".join(host.isolation.lacks)
            fix = "grade code that you trust with --allow-unisolated"
            raise EtudeError("isolation", f"this machine cannot confine an answer ({lacks})", fix)
        try:
            report = host.grade(Job(exercise, submission.name, submission.source, options), on_check)
        except BaseException:
            if not host.alive:
                self._hosts.pop(_place(exercise, options.device)).close()
            raise
        if options.device == "cuda":
            return dataclasses.replace(report, hardware=f"{gpus()[0]}, {PRECISION}")
        return report

    def host(self, exercise: Exercise, device: str = "cpu") -> Host:
        """The warm host with this exercise's preloads; started if need be."""
        place = _place(exercise, device)
        if place not in self._hosts:
            hidden = [exercise.bank / part for part in ("exercises", "solutions", "graders")]
            hidden += [PACKAGE_PARENT / "etude", *self._private]
            processes = device in exercise.processes
            own_core = self._own_core and device == "cpu"
            launcher = self._launcher((exercise.preload, device))
            self._hosts[place] = Host(launcher, hidden, self._isolate, device, processes, own_core)
        return self._hosts[place]

    def _launcher(self, imported: Imported) -> Launcher:
        if imported in self._taken and not self._taken[imported].alive:
            self._launchers.give_back(self._taken.pop(imported))
        if imported not in self._taken:
            self._taken[imported] = self._launchers.take(imported)
        return self._taken[imported]

    def close(self, at_once: bool = False) -> None:
        """End every host; `at_once` where one may be in the middle of a grading."""
        hosts, self._hosts = self._hosts, {}
        taken, self._taken = self._taken, {}
        for host in hosts.values():
            host.close(at_once)
        for launcher in taken.values():
            self._launchers.give_back(launcher)


def _with_device(options: GradeOptions, exercise: Exercise) -> GradeOptions:
    """The GPU where one is asked for, or where one is here and the exercise has use for it."""
    if options.device == "auto":
        device = "cuda" if exercise.tiers("cuda") and gpus() else "cpu"
        return dataclasses.replace(options, device=device)
    if options.device == "cuda" and not gpus():
        raise EtudeError("--device cuda", "nvidia-smi lists no GPU on this machine", "use --device cpu")
    return options


def _place(exercise: Exercise, device: str) -> _Place:
    """What exercises must share to share a host: their bank, which it hides, their preloads, the device, and whether
    answers may start programs."""
    return exercise.bank, exercise.preload, device, device in exercise.processes
