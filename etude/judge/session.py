"""pytest inside a host: one session for every submission and exercise that comes down the pipe."""

from __future__ import annotations

import dataclasses
import gc
import os
import platform
import sys
from pathlib import Path

import pytest
import pytest_benchmark.plugin
from _pytest.runner import collect_one_node

import etude
from etude.errors import JudgeError
from etude.judge import grading_run, plugin, run_checks
from etude.judge.candidate import Quarters
from etude.judge.job import Job
from etude.judge.marker import SPEC, read_specs
from etude.judge.pipe import Receive, Send
from etude.report import Category, Isolation, Report
from etude.sandbox.limits import bound_memory, bound_processor_time, forbid_dumps
from etude.sandbox.policy import Allowances, readable_paths
from etude.sandbox.usage import Limits, resident_bytes
from etude.sandbox.zygote import Zygote

GPU_MEMORY_BYTES = 8 << 30  # host memory of a worker that uses a GPU, whose driver and libraries take a part of it
# What checking one answer may take of the host itself, whatever values the answer makes it work on.
PROCESSOR_SECONDS = 300
MEMORY_BYTES = 4 << 30

CURRENT = pytest.StashKey["HostSession"]()


class HostSession:
    """The pytest plugin that takes the place of the run loop. `current` is the grading that fixtures belong to."""

    def __init__(self, quarters: Quarters, versions: dict[str, str], receive: Receive, send: Send) -> None:
        self._quarters, self._versions = quarters, versions
        self._receive, self._send = receive, send
        self._collected: dict[Path, tuple[int, list[pytest.Item]]] = {}
        self.current: grading_run.GradingRun | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[CURRENT] = self

    def pytest_collection(self) -> bool:
        return True  # nothing to collect before the first job names its exercise

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        while (message := self._receive()) is not None:
            try:
                report = self._grade(session, Job.from_json(message), message["tell"])
                self._send({"report": report.to_json()})
            except JudgeError as error:
                self._send({"judge_error": str(error)})
        return True

    def _grade(self, session: pytest.Session, job: Job, tell: bool) -> Report:
        bound_processor_time(PROCESSOR_SECONDS)
        items = self._items(session, job.exercise.grader_path)
        seed = job.options.seed if job.options.seed is not None else int.from_bytes(os.urandom(8), "little")
        timed = job.options.speed and any(item.stash[SPEC].category is Category.SPEED for item in items)
        self.current = grading_run.start(job, seed, self._quarters, timed)
        if tell:
            self.current.tell = lambda doing: self._send({"doing": doing})
        try:
            return run_checks.run(self.current, items, self._versions)
        finally:
            session._setupstate.teardown_exact(None)  # the last to run need not be the last of the file
            self.current.close()
            self.current = None
            benchmarks = getattr(session.config, "_benchmarksession", None)
            if benchmarks is not None:
                benchmarks.benchmarks.clear()

    def _items(self, session: pytest.Session, path: Path) -> list[pytest.Item]:
        """The checks of a grader file, collected once and again when the file has changed."""
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            raise JudgeError(f"{path}: no such grader") from None
        if path in self._collected and self._collected[path][0] == changed:
            return self._collected[path][1]
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == str(path):
                del sys.modules[name]
        report = collect_one_node(pytest.Module.from_parent(session, path=path))
        if not report.passed:
            raise JudgeError(f"{path}: cannot be imported: {str(report.longrepr).strip().splitlines()[-1]}")
        items = [item for node in report.result for item in session.genitems(node)]
        read_specs(items, path)
        self._collected[path] = (changed, items)
        gc.collect()
        gc.freeze()  # modules and graders stay: no collection need look at them again
        return items


def serve(zygote: Zygote, isolation: Isolation, receive: Receive, send: Send) -> None:
    """Run pytest until the client is gone."""
    places = receive()
    if places is None:
        return
    allowed = Allowances(gpu=places["device"] == "cuda", processes=bool(places["processes"]))
    forbid_dumps()
    if not allowed.gpu:  # a GPU's driver takes far more than it uses
        bound_memory(MEMORY_BYTES)
    memory = GPU_MEMORY_BYTES if allowed.gpu else Limits.memory_bytes
    limits = Limits(memory_bytes=memory, base_bytes=resident_bytes(zygote.pid))
    readable = tuple(str(path) for path in readable_paths(tuple(Path(path) for path in places["hidden"])))
    quarters = Quarters(zygote, readable, bool(places["isolate"]) and isolation.level == "kernel", limits, allowed)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["PATH"] = os.environ["HOME"]  # empty: pytest-benchmark asks git about the directory we were called in
    arguments = ["-c", os.devnull, "--rootdir", os.path.dirname(__file__), "--noconftest", "--import-mode=importlib"]
    arguments += ["--assert=plain", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler"]
    arguments += ["-p", "no:logging", "-p", "no:junitxml", "-p", "no:doctest", "-p", "no:unittest"]
    arguments += [f"--benchmark-storage=file://{os.environ['HOME']}"]  # it makes the folder, in the user's else
    if not places["isolate"]:
        isolation = Isolation("process", 0, False, ("Landlock and seccomp (turned off)",))
    send({"isolation": dataclasses.asdict(isolation)})
    host = HostSession(quarters, versions(), receive, send)
    # Modules, not names: for a name pytest reads the entry points of all that is installed.
    pytest.main(arguments, plugins=[pytest_benchmark.plugin, plugin, host])


def versions() -> dict[str, str]:
    """étude's, Python's, and those of the frameworks that this host has imported."""
    names = ("numpy", "torch", "tensorflow", "keras", "sklearn")
    found = {name: str(getattr(sys.modules[name], "__version__", "?")) for name in names if name in sys.modules}
    return {"etude": etude.__version__, "python": platform.python_version(), **found}
