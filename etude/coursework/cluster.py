"""The same batch on dask.distributed: each worker of the cluster grades with hosts of its own.

Exercises travel with the tasks, so that a worker needs étude and the frameworks, and no bank. A worker that dies takes
no answer with it: its tasks go to another; a scheduler that is started again gets what is still to do.
"""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import etude
from etude.coursework.batch import Failure, Outcome, Task, graded
from etude.coursework.store import Result, Store
from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.extras import missing_extras
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.metadata import read_exercise
from etude.report import Report
from etude.submission import Submission

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 60.0  # seconds for a scheduler to come back
RETRIES = 3  # of an answer whose worker died

Bundle = tuple[tuple[str, bytes], ...]  # an exercise's files, by their paths in a bank
Say = Callable[[str], None]


def run_on_cluster(
    tasks: Sequence[Task], store: Store, options: GradeOptions, address: str, say: Say
) -> Generator[Outcome]:
    """Every outcome as it comes; each is kept before it is told. `address`: tcp://… or a scheduler file."""
    left = {task.key: task for task in tasks}
    until = time.monotonic() + PATIENCE
    while left:
        try:
            with _connected(address) as client:
                until = time.monotonic() + PATIENCE
                for outcome in _outcomes(client, list(left.values()), store, options, say):
                    del left[outcome.key]
                    if isinstance(outcome, Result):
                        store.keep(outcome)
                    yield outcome
        except (OSError, CancelledError) as lost:
            if time.monotonic() > until:
                raise _no_scheduler(address, lost) from None
            say(f"{address}: the scheduler is gone; waiting for it to come back, {len(left)} answers left")
            time.sleep(1.0)


def _connected(address: str) -> Client:
    from distributed import Client

    try:
        if Path(address).is_file():
            return Client(scheduler_file=address, timeout=10, set_as_default=False)
        return Client(address, timeout=10, set_as_default=False)
    except ValueError as error:
        raise _no_scheduler(address, error) from None


def _no_scheduler(address: str, error: BaseException) -> EtudeError:
    return EtudeError(f"--cluster {address}", f"no scheduler answers there ({error})", "start `dask scheduler`")


def _outcomes(
    client: Client, tasks: Sequence[Task], store: Store, options: GradeOptions, say: Say
) -> Generator[Outcome]:
    from distributed import as_completed

    _wait_for_a_worker(client)
    wanted = dataclasses.replace(options, seed=store.seed)
    futures: dict[Future[Any], Task] = {}
    able: dict[tuple[str, ...], list[str]] = {}
    for task in tasks:
        extras = task.exercise.required_extras
        if extras not in able:
            able[extras] = _able_workers(client, extras, say)
        needs_gpu = wanted.device != "cpu" and bool(task.exercise.tiers("cuda"))
        future = client.submit(
            graded_there,
            bundle_of(task.exercise),
            task.exercise.preload,
            dataclasses.astuple(task.submission)[:2],
            dataclasses.asdict(wanted),
            workers=able[extras],
            resources={"GPU": 1} if needs_gpu else None,
            retries=RETRIES,
            pure=False,
        )
        futures[future] = task
    for future in as_completed(futures, loop=client.loop):
        yield _outcome(future, futures[future])


def _wait_for_a_worker(client: Client) -> None:
    until = time.monotonic() + PATIENCE
    while not client.scheduler_info(-1)["workers"]:
        if client.status != "running":
            raise CancelledError("the scheduler has gone")
        if time.monotonic() > until:
            raise EtudeError("--cluster", "the scheduler has no worker", "start `dask worker` with its address")
        time.sleep(0.1)


def _outcome(future: Future[Any], task: Task) -> Outcome:
    if future.status == "cancelled":
        raise CancelledError("the scheduler has forgotten its tasks")
    try:
        said = future.result()
    except CancelledError:
        raise
    except Exception as error:  # its workers died again and again, or a fault of ours there
        return Failure(task.entry, f"{type(error).__name__}: {error}")
    if "judge_error" in said:
        return Failure(task.entry, said["judge_error"])
    return task.result(Report.from_json(said["report"]))


def _able_workers(client: Client, extras: tuple[str, ...], say: Say) -> list[str]:
    """The addresses of the workers that can grade by these; the others are named."""
    said: dict[str, tuple[str, tuple[str, ...]]] = client.run(_fitness, extras)
    able = [address for address, (version, missing) in said.items() if version == etude.__version__ and not missing]
    names = {address: info.get("name", address) for address, info in client.scheduler_info(-1)["workers"].items()}
    for address, (version, missing) in said.items():
        if address not in able:
            lacks = f"lacks {', '.join(missing)}" if missing else f"has étude {version}, not {etude.__version__}"
            say(f"worker {names.get(address, address)}: {lacks}: it gets none of these answers")
    if not able:
        wanted = f" with {', '.join(extras)}" if extras else ""
        raise EtudeError("--cluster", f"no worker has étude {etude.__version__}{wanted}", "install it on one")
    return able


def _fitness(extras: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Run on a worker."""
    return etude.__version__, missing_extras(extras)


@cache
def bundle_of(exercise: Exercise) -> Bundle:
    """All of an exercise's files that grading and advice need."""
    places = [exercise.metadata_path, exercise.solution_path]
    places += [path for path in sorted(exercise.grader_folder.rglob("*")) if path.is_file()]
    kept = [path for path in places if "__pycache__" not in path.parts]
    return tuple((path.relative_to(exercise.bank).as_posix(), path.read_bytes()) for path in kept)


def graded_there(
    bundle: Bundle, preload: tuple[str, ...], submission: tuple[str, str], options: dict[str, Any]
) -> dict[str, Any]:
    """Run on a worker: grade one answer, in the hosts of the worker's thread."""
    exercise = dataclasses.replace(_unpacked(bundle), preload=tuple(preload))
    try:
        report = graded(_judge(exercise), exercise, Submission(*submission), GradeOptions(**options))
    except JudgeError as error:
        return {"judge_error": str(error)}
    return {"report": report.to_json()}


_OWN = threading.local()  # a worker's thread keeps its judge between two tasks, as a seat does


def _judge(exercise: Exercise) -> Judge:
    if getattr(_OWN, "preload", None) != exercise.preload:
        if (before := getattr(_OWN, "judge", None)) is not None:
            before.close()
        _OWN.judge, _OWN.preload = Judge(), exercise.preload
    return _OWN.judge  # type: ignore[no-any-return]


_UNPACKING = threading.Lock()


def _unpacked(bundle: Bundle) -> Exercise:
    with _UNPACKING:
        return _unpack(bundle)


@cache
def _unpack(bundle: Bundle) -> Exercise:
    """The exercise in a bank of its own, which lives as long as the worker."""
    bank = Path(tempfile.mkdtemp(prefix=f"etude-bank-{hashlib.sha256(repr(bundle).encode()).hexdigest()[:8]}-"))
    for name, content in bundle:
        path = bank / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (metadata,) = bank.glob("exercises/*/*/exercise.toml")
    return read_exercise(metadata)
