"""Starts hosts and asks them: one host for each set of modules to preload, kept warm until the Judge is closed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.judge.core import bind_to_own_core
from etude.judge.gpu import PRECISION, gpus
from etude.judge.job import GradeOptions, Job
from etude.report import Isolation, Report
from etude.sandbox.sweep import remove_tree
from etude.submission import Submission

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
START = f"import sys; sys.path.insert(0, {str(PACKAGE_PARENT)!r}); from etude.judge.host import main; main()"
THREADS = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")  # and TensorFlow's, which are named otherwise

OnCheck = Callable[[str], None]
_Place = tuple[Path, tuple[str, ...], str, bool]


class Host:
    """One host process and the pipe to it."""

    def __init__(
        self,
        preload: Iterable[str],
        hidden: Iterable[Path],
        isolate: bool,
        device: str = "cpu",
        processes: bool = False,
        own_core: bool = False,
    ) -> None:
        self._home = tempfile.mkdtemp(prefix="etude-host-")
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(self._home, device),
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is ours to handle
        )
        self._core = bind_to_own_core(self._process.pid) if own_core else None
        self._send({"preload": list(preload)})
        forked = self._receive()
        if "missing" in forked:
            self.close()
            raise JudgeError(f"cannot preload {forked['missing']}: {forked['error']}")
        # Only now: what lies in the pipe before the fork may lie in a buffer that every worker inherits.
        places = [str(path) for path in hidden]
        self._send({"hidden": places, "isolate": isolate, "device": device, "processes": processes})
        self.isolation = Isolation.from_json(self._receive()["isolation"])

    def grade(self, job: Job, on_check: OnCheck | None) -> Report:
        self._send({**job.to_json(), "tell": on_check is not None})
        while True:
            message = self._receive()
            if "report" in message:
                return Report.from_json(message["report"])
            if "judge_error" in message:
                raise JudgeError(message["judge_error"])
            if on_check is not None:
                on_check(message["check"])

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # the answer to it says why
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._log.seek(0)
            last = self._log.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()[-1:]
            raise JudgeError(f"the host ended ({self._process.returncode}): {last[0] if last else 'it said nothing'}")
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self, at_once: bool = False) -> None:
        """End the host; its zygote and workers end with it."""
        if at_once:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        if self._core is not None:
            os.close(self._core)
            self._core = None
        remove_tree(self._home)


class Judge:
    """Grades submissions. Use as a context manager: hosts live until it is closed.

    `private` are further paths that no worker may read (an attempts database, say). `own_core` is for one of many
    judges that grade at once: its hosts then stay each on a core that no other has, but for those of a GPU.
    """

    def __init__(self, private: Iterable[Path] = (), own_core: bool = False) -> None:
        self._hosts: dict[_Place, Host] = {}
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
            self._hosts[place] = Host(exercise.preload, hidden, self._isolate, device, processes, own_core)
        return self._hosts[place]

    def close(self, at_once: bool = False) -> None:
        """End every host; `at_once` where one may be in the middle of a grading."""
        hosts, self._hosts = self._hosts, {}
        for host in hosts.values():
            host.close(at_once)


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


def _environment(home: str, device: str) -> dict[str, str]:
    """What a host starts with: nothing secret, nothing of the user's, one thread for every library."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
    threads = {f"{name}_NUM_THREADS": "1" for name in THREADS}
    threads |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    quiet = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "KERAS_BACKEND": "tensorflow",
        "KINETO_LOG_LEVEL": "99",
        "CUDA_VISIBLE_DEVICES": "0" if device == "cuda" else "",
    }
    pages = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # large from the start: fewer for the zygote to gather
    homes = {
        "HOME": home,
        "ETUDE_HOST_HOME": home,
        "TMPDIR": home,
        "MPLCONFIGDIR": home,
        "KERAS_HOME": home,
        "ETUDE_LOCKS": tempfile.gettempdir(),
    }
    return {**kept, **quiet, **pages, **homes, **threads}
