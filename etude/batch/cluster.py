"""The same batch on dask.distributed: each worker of the cluster grades with hosts of its own.

A worker that dies takes no answer with it: its tasks go to another, which may have joined since; a scheduler that is
started again gets what is still to do.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from etude.batch.cluster_crew import LOOK_SECONDS, Crew, Say
from etude.batch.cluster_scheduler import client_again, first_client, no_scheduler
from etude.batch.cluster_worker import bundle_of, graded_there
from etude.batch.grading import Failure, Outcome, Task
from etude.batch.store import Result, Store
from etude.errors import EtudeError
from etude.judge.job import GradeOptions
from etude.report import Report

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 60.0  # seconds for a scheduler to come back
RETRIES = 3  # of an answer whose worker died
FETCH_SECONDS = 10.0  # for the result of a task that has ended
AHEAD = 2  # jobs for each thread of a worker: the next is there when one ends
TOGETHER = 4  # answers to one exercise that make a job, which costs the cluster some milliseconds whatever is in it

Together = tuple[Task, ...]
Running = dict["Future[Any]", tuple[Together, frozenset[str]]]  # the answers, and the workers that may have them


def run_on_cluster(
    tasks: Sequence[Task], store: Store, options: GradeOptions, address: str, say: Say
) -> Generator[Outcome]:
    """Every outcome as it comes; each is kept before it is told. `address`: tcp://… or a scheduler file."""
    left = {task.key: task for task in tasks}
    answered, until = False, 0.0
    while left:
        try:
            with client_again(address) if answered else first_client(address, say) as client:
                answered, until = True, time.monotonic() + PATIENCE
                for outcome in _while_connected(client, _outcomes(client, list(left.values()), store, options, say)):
                    del left[outcome.key]
                    if isinstance(outcome, Result):
                        store.keep(outcome)
                    yield outcome
        except (OSError, CancelledError) as lost:
            if time.monotonic() > until:
                raise no_scheduler(address, lost) from None
            say(f"{address}: the scheduler is gone; waiting for it to come back, {len(left)} answers left")
            time.sleep(1.0)


def _while_connected(client: Client, outcomes: Generator[Outcome]) -> Generator[Outcome]:
    """A client that loses its scheduler raises what it stumbles over next, of any type."""
    try:
        yield from outcomes
    except Exception as error:
        if client.status == "running" or isinstance(error, (EtudeError, CancelledError)):
            raise
        raise ConnectionError("the scheduler has gone") from error


def _outcomes(
    client: Client, tasks: Sequence[Task], store: Store, options: GradeOptions, say: Say
) -> Generator[Outcome]:
    """A few tasks a worker at a time, so that workers that join later get their share."""
    crew, wanted = Crew(client, say), dataclasses.replace(options, seed=store.seed)
    waiting, running = deque(tasks), Running()
    while waiting or running:
        crew.look()
        waiting.extendleft(_taken_back(running, crew))
        while waiting and len(running) < AHEAD * crew.threads:
            if not (able := crew.able(waiting[0].exercise.required_extras)):
                break
            together = _next(waiting, crew.threads)
            running[_submitted(client, together, wanted, able)] = together, frozenset(able)
        for future in _ended(client, running):
            together, _ = running.pop(future)
            try:
                outcomes = _outcomes_of(future, together)
            except OSError:  # its worker, or the scheduler, has died since, and took the results with it
                waiting.extendleft(together)
            else:
                yield from outcomes


def _next(waiting: deque[Task], threads: int) -> Together:
    """Fewer towards the end, so that no worker is left with many while the others have none."""
    size = min(TOGETHER, max(1, len(waiting) // (AHEAD * threads)))
    exercise, found = waiting[0].exercise, [waiting.popleft()]
    while waiting and len(found) < size and waiting[0].exercise == exercise:
        found.append(waiting.popleft())
    return tuple(found)


def _submitted(client: Client, together: Together, options: GradeOptions, able: Sequence[str]) -> Future[Any]:
    exercise = together[0].exercise
    needs_gpu = options.device != "cpu" and bool(exercise.tiers("cuda"))
    return client.submit(
        graded_there,
        bundle_of(exercise),
        exercise.preload,
        [(task.submission.name, task.submission.source) for task in together],
        dataclasses.asdict(options),
        workers=list(able),
        resources={"GPU": 1} if needs_gpu else None,
        retries=RETRIES,
        pure=False,
    )


def _taken_back(running: Running, crew: Crew) -> list[Task]:
    """The answers that are with workers of which none is left."""
    lost = [future for future, (_, able) in running.items() if able.isdisjoint(crew.names)]
    for future in lost:
        future.cancel()
    return [task for future in lost for task in running.pop(future)[0]]


def _ended(client: Client, running: Running) -> list[Future[Any]]:
    """Those that have ended; where none has, after a moment's wait."""
    from distributed import wait

    if client.status != "running":
        raise CancelledError("the scheduler has gone")
    if not running:
        time.sleep(LOOK_SECONDS)
        return []
    with client.as_current(), suppress(TimeoutError):
        return list(wait(list(running), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done)
    return []


def _outcomes_of(future: Future[Any], together: Together) -> list[Outcome]:
    """OSError where the results can no longer be fetched."""
    if future.status == "cancelled":
        raise CancelledError("the scheduler has forgotten its tasks")
    if future.status == "error":  # its workers died again and again, or a fault of ours there
        error = future.exception(timeout=FETCH_SECONDS)
        return [Failure(task.entry, f"{type(error).__name__}: {error}") for task in together]
    if future.status != "finished":
        raise ConnectionError("the results were lost with their worker")
    said = future.result(timeout=FETCH_SECONDS)
    return [_outcome(task, each) for task, each in zip(together, said, strict=True)]


def _outcome(task: Task, said: dict[str, str]) -> Outcome:
    if "judge_error" in said:
        return Failure(task.entry, said["judge_error"])
    return task.result(Report.from_json(json.loads(said["report"])))
