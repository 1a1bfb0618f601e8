"""The client's side of launchers: starts them, asks them for hosts, and shares them between judges."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from etude.errors import JudgeError
from etude.sandbox import control
from etude.sandbox.sweep import remove_tree

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
START = f"import sys; sys.path.insert(0, {str(PACKAGE_PARENT)!r}); from etude.judge.launcher import main; main()"
THREADS = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")  # and TensorFlow's, which are named otherwise

Imported = tuple[tuple[str, ...], str]  # modules to preload, and the device


class Launcher:
    """One launcher process, for any number of threads. It is not waited for before the first host is wanted.

    ahead: modules to import at once; `preload` tells of whatever cannot be imported.
    """

    def __init__(self, device: str, ahead: Sequence[str] = ()) -> None:
        self.device, self.ahead = device, frozenset(ahead)
        self._home = tempfile.mkdtemp(prefix="etude-host-")
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", START],
                stdin=theirs.fileno(),
                stdout=self._log,
                stderr=self._log,
                env=_environment(self._home, device),
                start_new_session=True,  # Ctrl-C is ours to handle
            )
        self._turn = threading.Lock()
        self._problem: str | None = None  # empty once all is imported
        if ahead:
            self._send({"ahead": list(ahead)})

    def preload(self, modules: Sequence[str]) -> None:
        """Once, before any host is wanted."""
        self._send({"preload": list(modules)})

    def fork(self, descriptors: list[int], core: int | None) -> int:
        """A new host's pid; it holds the descriptors: its end of the pipe (in, out), and its log."""
        try:
            with self._turn:
                if self._problem is None:
                    self._problem = str(control.receive(self._control)[0].get("error", ""))
                if self._problem:
                    raise JudgeError(self._problem)
                return int(control.ask(self._control, {"fork": core}, descriptors)["pid"])
        except (OSError, RuntimeError):
            code = self._process.wait()
            raise JudgeError(f"the launcher of hosts ended ({code}): {last_words(self._log)}") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def has(self, pid: int) -> bool:
        """Whether a host still runs."""
        return bool(self._ask({"alive": pid}, {"alive": False})["alive"])

    def end(self, pid: int, seconds: float) -> int:
        """How a host ended, as `os.waitstatus_to_exitcode`; killed, if it has not ended in so many seconds.

        Not to be asked again: its number may be another process's.
        """
        return int(self._ask({"end": pid, "seconds": seconds}, {"code": -signal.SIGKILL})["code"])

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionError):  # the answer that `fork` waits for says why
            control.send(self._control, message)

    def _ask(self, message: dict[str, Any], otherwise: dict[str, Any]) -> dict[str, Any]:
        """`otherwise` where the launcher is gone, and all of its hosts with it."""
        try:
            with self._turn:
                return control.ask(self._control, message)
        except (OSError, RuntimeError):
            return otherwise

    def close(self) -> None:
        """Once its hosts have ended."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # whoever waits for an answer gets none
        if self._problem is None:  # it has no hosts yet, and an import takes its time
            self._process.kill()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with self._turn:
            self._control.close()
            self._log.close()
        remove_tree(self._home)


class Launchers:
    """Launchers that judges share: what they preload is imported once for all of them. For any number of threads."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._running: dict[Imported, Launcher] = {}
        self._users: Counter[Launcher] = Counter()
        self._spare: Launcher | None = None

    def __enter__(self) -> Launchers:
        """Start one at once, for whichever modules are wanted first: meanwhile the caller may find out."""
        self.start_ahead()
        return self

    def __exit__(self, *_: object) -> None:
        self.close_spare()

    def start_ahead(self, modules: Sequence[str] = ()) -> None:
        """Start one that imports these modules at once, for whoever is first to preload them, and maybe others."""
        self._spare = Launcher("cpu", modules)

    def close_spare(self) -> None:
        """The one that was started ahead, if nobody has taken it."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def take(self, imported: Imported) -> Launcher:
        """One that lives until everybody who took it has given it back."""
        with self._changing:
            launcher = self._running.get(imported)
            if launcher is None or not launcher.alive:
                launcher = self._running[imported] = self._started(*imported)
            self._users[launcher] += 1
            return launcher

    def _started(self, modules: tuple[str, ...], device: str) -> Launcher:
        launcher = None
        spare = self._spare
        if spare is not None and spare.device == device and spare.ahead.issubset(modules):
            launcher, self._spare = spare, None
        if launcher is None:
            launcher = Launcher(device)
        launcher.preload(modules)
        return launcher

    def give_back(self, launcher: Launcher) -> None:
        with self._changing:
            self._users[launcher] -= 1
            if self._users[launcher]:
                return
            del self._users[launcher]
            self._running = {key: running for key, running in self._running.items() if running is not launcher}
        launcher.close()


def last_words(log: IO[bytes]) -> str:
    """The last line of what a process of ours said before its end."""
    if log.closed:  # by another thread, which wants to hear no more
        return "it was closed"
    log.seek(0)
    lines = log.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _environment(home: str, device: str) -> dict[str, str]:
    """What a launcher starts with: nothing secret, nothing of the user's, one thread for every library."""
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
    pages = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # large from the start: fewer for the launcher to gather
    homes = {
        "HOME": home,
        "ETUDE_HOST_HOME": home,
        "TMPDIR": home,
        "MPLCONFIGDIR": home,
        "KERAS_HOME": home,
        "ETUDE_LOCKS": tempfile.gettempdir(),
    }
    return {**kept, **quiet, **pages, **homes, **threads}
