"""A class graded by `etude batch`: how much faster than nbgrader, how it scales, and whether it keeps its memory."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figure import Figure, alternate, loops
from etude.catalog import Catalog
from etude.coursework.nbgrader.course import put_scripts_on_path
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission
from tests.coursework.cluster_support import Cluster
from tests.process_tree import family

EXERCISE = "sigmoid"
NOTEBOOKS = 200
MANY = 1_000  # to tell how hosts scale: the import of torch takes as long with two of them, and weighs less here
FEW, MORE = 2, 8  # notebooks that nbgrader grades, one after the other
LONG, FIRST = 2_000, 200  # submissions to one host
ROUNDS = 5
AT_REST = 3.0  # seconds until a new worker has imported all that it wants to
TIMES_NBGRADER, TWO_HOSTS, BEHIND_LOCAL = 100, 1.7, 1.15
ETUDE = [str(Path(sys.executable).with_name("etude"))]


def coursework(catalog: Catalog) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        hand_in(catalog, place / "class", NOTEBOOKS)
        hand_in(catalog, place / "many", MANY)
        one, two, new, dask, serial, alone, beside = (
            statistics.median(column)
            for column in alternate(
                lambda: batch_seconds(place, "--workers", "1"),
                lambda: batch_seconds(place, "--workers", "2"),
                lambda: dask_seconds(place),
                lambda: dask_seconds(place, "--preload", "etude.batch.cluster_worker"),
                lambda: nbgrader_seconds(catalog, place),
                loops(1),
                loops(2),
                runs=ROUNDS,
            )
        )
        ratio = 2 * alone / beside
        yield Figure("this machine: two loops at once that share nothing", beside, "s", "in turn", ratio, "", None)
        yield Figure(
            f"etude batch, {NOTEBOOKS} notebooks that import torch, two hosts", two, "s", "one host", one / two,
            f"≥ {TWO_HOSTS}×", one / two >= TWO_HOSTS,
        )  # fmt: skip
        slow, fast = (
            statistics.median(column)
            for column in alternate(
                lambda: batch_seconds(place, "--workers", "1", handed_in="many"),
                lambda: batch_seconds(place, "--workers", "2", handed_in="many"),
                runs=ROUNDS,
            )
        )
        yield Figure(
            f"the same, {MANY:,} notebooks", fast, "s", "one host", slow / fast,
            f"≥ {TWO_HOSTS}×", slow / fast >= TWO_HOSTS,
        )  # fmt: skip
        ratio = dask / two
        yield Figure(
            f"{NOTEBOOKS} on Dask, a worker of two threads with --preload", dask, "s", "local", ratio,
            f"≤ {BEHIND_LOCAL}×", ratio <= BEHIND_LOCAL,
        )  # fmt: skip
        yield Figure("the same, without --preload", new, "s", "local", new / two, "", None)
        ratio = serial / two
        yield Figure(
            f"nbgrader autograde, serial, the same {NOTEBOOKS}", serial, "s", "etude batch, two hosts", ratio,
            f"≥ {TIMES_NBGRADER}×", ratio >= TIMES_NBGRADER,
        )  # fmt: skip
    yield memory_growth(catalog)


def hand_in(catalog: Catalog, place: Path, count: int) -> None:
    """Right answers, each as a notebook with a torch import in it."""
    answers = sorted(catalog.get(EXERCISE).grader_folder.glob("right/*.py"))
    for number in range(count):
        source = "import torch\n" + answers[number % len(answers)].read_text("utf-8") + f"\n# {number}\n"
        path = place / f"student{number:03}" / f"{EXERCISE}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook([source])), "utf-8")


def notebook(sources: Sequence[str]) -> dict[str, object]:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for source in sources
    ]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}


def batch_seconds(place: Path, *arguments: str, handed_in: str = "class") -> float:
    """Of the whole command, start-up included. Nothing is removed before it: ext4 makes new files slowly for a minute
    where others were."""
    out = Path(tempfile.mkdtemp(dir=place)) / "out"
    began = time.perf_counter()
    command = [*ETUDE, "batch", str(place / handed_in), "--out", str(out), "--no-speed", *arguments]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def dask_seconds(place: Path, *options: str) -> float:
    """On a worker with a thread for each core, as docs/cluster.md has it, that has not graded before."""
    with dask_worker(Path(tempfile.mkdtemp(dir=place)), *options) as scheduler:
        return batch_seconds(place, "--cluster", str(scheduler))


@contextmanager
def dask_worker(place: Path, *options: str) -> Iterator[Path]:
    cluster = Cluster(place)
    try:
        cluster.schedule()
        cluster.work("worker", "--nthreads", "2", *options)
        cluster.wait_for_workers(1)
        time.sleep(AT_REST)
        yield cluster.file
    finally:
        cluster.close()


def nbgrader_seconds(catalog: Catalog, place: Path) -> float:
    """Of the whole class, start-up included, as a few and some more of them foretell it: it would take six minutes."""
    few, more = (autograde_seconds(catalog, place / f"course{count}", place / "class", count) for count in (FEW, MORE))
    return few + (NOTEBOOKS - FEW) * (more - few) / (MORE - FEW)


def autograde_seconds(catalog: Catalog, course: Path, handed_in: Path, count: int) -> float:
    """nbgrader as it ships, on the same answers. Its test asserts next to nothing: the time is the kernel's."""
    shutil.rmtree(course, ignore_errors=True)
    exercise = catalog.get(EXERCISE)
    (course / "source" / "week1").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    solution = _cell("solution", "", solution=True)
    test = _cell("test", f"assert callable({exercise.entry_points[0]})", points=1)
    source = {**notebook([]), "cells": [solution, test]}
    source["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (course / "source" / "week1" / f"{EXERCISE}.ipynb").write_text(json.dumps(source))
    nbgrader = [sys.executable, "-m", "nbgrader"]
    put_scripts_on_path()
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(course / "jupyter")}

    def run(*arguments: str) -> None:
        subprocess.run([*nbgrader, *arguments], cwd=course, env=environment, check=True, capture_output=True)

    run("generate_assignment", "week1")
    for number in range(count):
        folder = course / "submitted" / f"student{number:03}" / "week1"
        folder.mkdir(parents=True)
        released = json.loads((course / "release" / "week1" / f"{EXERCISE}.ipynb").read_text())
        answer = json.loads((handed_in / folder.parent.name / f"{EXERCISE}.ipynb").read_text("utf-8"))
        released["cells"][0]["source"] = answer["cells"][0]["source"]
        (folder / f"{EXERCISE}.ipynb").write_text(json.dumps(released))
    began = time.perf_counter()
    run("autograde", "week1")
    return time.perf_counter() - began


def _cell(name: str, source: str, solution: bool = False, points: int = 0) -> dict[str, object]:
    about = {"schema_version": 3, "grade_id": name, "grade": bool(points), "solution": solution, "locked": not solution}
    about |= {"task": False, **({"points": points} if points else {})}
    source = source or "### BEGIN SOLUTION\npass\n### END SOLUTION"
    metadata = {"nbgrader": about}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def memory_growth(catalog: Catalog) -> Figure:
    """Of a host and its zygote, from the 200th submission to the 2,000th."""
    exercise = catalog.get(EXERCISE)
    answer = Submission.read(str(exercise.solution_path))
    with Judge() as judge:
        after: dict[int, int] = {}
        for number in range(1, LONG + 1):
            judge.grade(exercise, answer, GradeOptions(speed=False))
            if number in (FIRST, LONG):
                after[number] = sum(map(own_bytes, family(judge.host(exercise).pid)))
    grown = (after[LONG] - after[FIRST]) / 2**20
    what = f"memory of a host after {LONG:,} submissions, beyond that after {FIRST}"
    return Figure(what, grown, "MiB", f"{after[FIRST] / 2**20:.0f} MiB", None, "≤ 1 MiB", grown <= 1)


def own_bytes(pid: int) -> int:
    """Anonymous memory: what the process itself has taken, whoever else maps the same libraries."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon:"))
