"""A dask.distributed cluster in processes of their own, for tests and benchmarks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PYTHON = [sys.executable, "-c", "import sys; from dask.__main__ import main; sys.argv[0] = 'dask'; main()"]


class Cluster:
    """A scheduler and its workers; each can be killed by name."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, {}
        self.file = folder / "scheduler.json"
        self.port = 0

    def schedule(self) -> None:
        self.file.unlink(missing_ok=True)
        port = ["--port", str(self.port)]
        self._start("scheduler", "scheduler", *port, "--no-dashboard", "--scheduler-file", str(self.file))
        while not self.file.exists():
            assert self.processes["scheduler"].poll() is None, (self.folder / "scheduler.log").read_text()
            time.sleep(0.01)
        self.port = int(json.loads(self.file.read_text())["address"].rpartition(":")[2])

    def work(self, name: str, *options: str, **environment: str) -> None:
        """A worker of one thread, unless the options say otherwise."""
        fixed = [f"tcp://127.0.0.1:{self.port}", "--name", name, "--no-nanny", "--no-dashboard", "--nthreads", "1"]
        places = ["--death-timeout", "60", "--local-directory", str(self.folder)]
        self._start(name, "worker", *fixed, *places, *options, **environment)

    def _start(self, name: str, *arguments: str, **environment: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [*PYTHON, *arguments], env={**os.environ, **environment}, stdout=log, stderr=log, cwd=self.folder
        )

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def wait_for_workers(self, count: int) -> None:
        """Until there are as many as that, no more and no fewer."""
        from distributed import Client

        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            while len(client.scheduler_info(-1)["workers"]) != count:
                time.sleep(0.01)
