"""Runs an audit's tasks: side by side on all cores, and then, alone, those that the clock or a neighbour would sway."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.ledger import Ledger
from etude.authoring.plan import Finding, Task
from etude.errors import EtudeError, JudgeError


def run(tasks: Sequence[Task], known: Ledger | None, on_done: Callable[[Task], None]) -> Iterator[Finding]:
    """Everything that the tasks find, as it is found; `on_done` hears of each task that ends."""
    beside = sorted((task for task in tasks if not task.alone), key=_host)
    crew = _Crew(known)
    with ThreadPoolExecutor(_cores()) as pool:
        pending = {pool.submit(crew.work, task): task for task in beside}
        try:
            yield from _as_they_end(pending, on_done)
        finally:  # interrupted or done: no host goes on, and none is left to disturb what runs alone
            pool.shutdown(wait=False, cancel_futures=True)
            crew.close()
    with Bench(known) as bench:
        for task in sorted((task for task in tasks if task.alone), key=_host):
            yield from _findings(bench, task)
            on_done(task)


class _Crew:
    """One bench a thread."""

    def __init__(self, known: Ledger | None) -> None:
        self._known = known
        self._own = threading.local()
        self._benches: list[Bench] = []

    def work(self, task: Task) -> list[Finding]:
        if not hasattr(self._own, "bench"):
            self._own.bench = Bench(self._known)
            self._benches.append(self._own.bench)
        return _findings(self._own.bench, task)

    def close(self) -> None:
        for bench in self._benches:
            bench.close()


def _as_they_end(pending: dict[Future[list[Finding]], Task], on_done: Callable[[Task], None]) -> Iterator[Finding]:
    while pending:
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            task = pending.pop(future)
            yield from future.result()
            on_done(task)


def _findings(bench: Bench, task: Task) -> list[Finding]:
    """A task's own failure is a finding like any other."""
    try:
        return list(task.run(bench))
    except JudgeError as error:
        return [Fault(task.exercise.grader_path, f"the grader failed: {error}", "mend the grader")]
    except EtudeError as error:
        return [Fault(task.exercise.metadata_path, f"{error.subject}: {error.problem}", error.fix)]


def _host(task: Task) -> tuple[str, tuple[str, ...], str]:
    """Tasks that can share a host stand together; the heaviest frameworks come first."""
    exercise = task.exercise
    return ("" if "tensorflow" in exercise.preload else str(exercise.bank), exercise.preload, exercise.id)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
