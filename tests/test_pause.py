"""A worker that is paused stands still, in whatever system call it was; one that does not is ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.sandbox import process
from etude.sandbox.process import WorkerEnded, WorkerProcess
from etude.sandbox.usage import Limits, stands_still
from etude.sandbox.worker import WorkerSpec
from tests.test_callbacks import Stage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

# A thread that is stopped goes on until its system call is over, and mapping so much takes a while.
POPULATING = """
import ctypes, threading

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
SIZE = ctypes.c_size_t(1 << 29)

def populate():
    start = ctypes.c_void_p(libc.mmap(None, SIZE, 1, 0x4022, -1, ctypes.c_long(0)))
    libc.madvise(start, SIZE, 15)
    while True:
        libc.madvise(start, SIZE, 22)
        libc.madvise(start, SIZE, 4)

for _ in range(4):
    threading.Thread(target=populate, daemon=True).start()
print("begun", flush=True)
threading.Event().wait()
"""


class Theatre(Stage):
    """Its worker is a process of its own that speaks no word; a thread here does that for it."""

    def __init__(self, pid: int) -> None:
        super().__init__(lambda channel: channel.receive())
        self.pid = pid

    def spawn(self, spec: WorkerSpec, descriptors: list[int]) -> int:
        super().spawn(spec, descriptors)
        return self.pid


@pytest.fixture
def busy() -> Iterator[WorkerProcess]:
    with subprocess.Popen([sys.executable, "-c", POPULATING], stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            child.stdout.readline()
            yield WorkerProcess(Theatre(child.pid), (), False, Limits(memory_bytes=1 << 50))  # type: ignore[arg-type]
        finally:
            child.kill()


def states(pid: int) -> set[str]:
    """Of its threads, as proc_pid_stat(5) has them."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return {(thread / "stat").read_text().rpartition(")")[2].split()[0] for thread in threads}


def test_every_thread_stands_still_once_it_is_paused(busy: WorkerProcess) -> None:
    pid = busy._pid
    assert pid is not None
    for _ in range(20):
        busy.pause()
        assert states(pid) == {"T"}
        busy.resume()
    assert not stands_still(pid)


def test_who_does_not_stand_still_is_ended(busy: WorkerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(process, "stands_still", lambda pid: False)
    with pytest.raises(WorkerEnded, match="while it was to stand still"):
        busy.pause()
    assert not busy.alive
