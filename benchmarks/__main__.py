"""Measures and prints every figure; exit status 1 where a target is missed."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.attacks import attacks
from benchmarks.clock import clock
from benchmarks.coursework import coursework
from benchmarks.dashboard import dashboard
from benchmarks.figure import Figure, alternate, median_ratio, process_seconds, seconds
from benchmarks.memory import peak_of_grading, resident_after_imports
from benchmarks.watch import percentiles, save_to_verdict
from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission

ETUDE = (str(Path(sys.executable).with_name("etude")),)
COLD_TORCH = "residual_block"
WARM = {"softmax": 0.040, "residual_block": 0.150, "optimizers": 0.150, "train_step": 0.150}
SAVE_TO_VERDICT = 0.150
TIMES_FASTER = 15
OURS = ("pytest", "pytest_benchmark.plugin", "etude.judge.launcher", "etude.judge.session")  # what every host imports


def start_up() -> Iterator[Figure]:
    """`etude --help` and `etude list` beside the imports that any such command needs."""
    for command in ("--help", "list"):
        ours, bare = alternate(process_seconds([*ETUDE, command]), process_seconds(["-c", "import click, rich"]))
        ratio = median_ratio(ours, bare)
        yield Figure(
            f"etude {command}", statistics.median(ours) * 1e3, "ms", "import click, rich", ratio, "≤ 3×", ratio <= 3
        )


def cold(catalog: Catalog) -> Iterator[Figure]:
    """A first grading, start-up included, beside a process that only imports."""
    torch = catalog.get(COLD_TORCH)
    for exercise, modules, limit in (
        (catalog.get("softmax"), ("numpy", "pytest"), 3.0),
        (torch, ("pytest", "torch", *torch.preload), 1.5),
    ):
        with tempfile.TemporaryDirectory() as data:
            grade = [*ETUDE, "grade", exercise.id, str(exercise.solution_path), "--no-speed"]
            ours, bare = alternate(
                process_seconds(grade, env={**os.environ, "ETUDE_DATA": data}),
                process_seconds(["-c", f"import {', '.join(modules)}"]),
            )
        ratio = median_ratio(ours, bare)
        what = f"etude grade {exercise.id} --no-speed, cold"
        beside = f"import {', '.join(modules[:2])}" + (" and the preloads" if len(modules) > 2 else "")
        yield Figure(what, statistics.median(ours) * 1e3, "ms", beside, ratio, f"≤ {limit:g}×", ratio <= limit)


def warm(catalog: Catalog) -> Iterator[Figure]:
    """Each further submission in a warm host, beside the same checks under plain pytest in a process of their own."""
    with Judge() as judge:
        for name, limit in WARM.items():
            exercise = catalog.get(name)
            answer = Submission.read(str(exercise.solution_path))

            def grade(exercise: Exercise = exercise, answer: Submission = answer) -> float:
                return seconds(lambda: judge.grade(exercise, answer, GradeOptions(speed=False)))

            ours, plain = alternate(grade, process_seconds(["-m", "benchmarks.in_process", name]))
            middle = statistics.median(ours)
            yield Figure(f"{name}, warm", middle * 1e3, "ms", "", None, f"≤ {limit * 1e3:g} ms", middle <= limit)
            ratio = median_ratio(plain, ours)
            yield Figure(
                f"{name}, cold pytest in one process",
                statistics.median(plain) * 1e3,
                "ms",
                "the same, warm",
                ratio,
                f"≥ {TIMES_FASTER}×",
                ratio >= TIMES_FASTER,
            )


def watching(catalog: Catalog) -> Iterator[Figure]:
    """`etude watch` in a terminal: from each of a hundred saves to its verdict on the screen."""
    for name, value in zip(("p50", "p95"), percentiles(save_to_verdict(catalog.get("softmax"))), strict=True):
        met = value <= SAVE_TO_VERDICT
        what = f"etude watch softmax, from save to verdict, {name}"
        yield Figure(what, value * 1e3, "ms", "", None, f"≤ {SAVE_TO_VERDICT * 1e3:g} ms", met)


def memory(catalog: Catalog) -> Iterator[Figure]:
    """Host, zygote and worker together, beside one process that imports the same."""
    for name in ("softmax", "optimizers"):
        exercise = catalog.get(name)
        ours, bare = alternate(
            lambda exercise=exercise: peak_of_grading(exercise),  # type: ignore[misc]
            lambda exercise=exercise: resident_after_imports((*OURS, *exercise.preload)),  # type: ignore[misc]
            runs=5,
        )
        ratio = median_ratio(ours, bare)
        what = f"peak memory of launcher, host, zygote and worker, {name}"
        yield Figure(
            what, statistics.median(ours) / 2**20, "MiB", "one that imports them", ratio, "≤ 1.5×", ratio <= 1.5
        )


GROUPS: Mapping[str, Callable[[Catalog], Iterator[Figure]]] = {
    "start-up": lambda _: start_up(),
    "dashboard": lambda catalog: dashboard(catalog, ETUDE),
    "cold": cold,
    "warm": warm,
    "watch": watching,
    "memory": memory,
    "clock": lambda _: clock(),
    "attacks": lambda _: attacks(),
    "coursework": coursework,
}


@click.command(epilog=f"The groups: {', '.join(GROUPS)}.")
@click.argument("groups", nargs=-1, type=click.Choice([*GROUPS]), metavar="[GROUP]...")
def main(groups: tuple[str, ...]) -> None:
    """All figures, or those of some groups: each on standard error as it comes, and a table at the end.

    Exit status 1 where a target is missed.
    """
    catalog = Catalog.load([shipped_bank()])
    size = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    table = Table(title=f"étude's figures ({size}; medians)")
    for heading in ("figure", "measured", "beside", "ratio", "target", "met"):
        table.add_column(heading)
    missed = 0
    said = Console(stderr=True)
    with said.status("measuring …"):
        for name in groups or GROUPS:
            for figure in GROUPS[name](catalog):
                said.print("  ".join(filter(None, figure.row())), highlight=False, soft_wrap=True)
                table.add_row(*figure.row())
                missed += figure.met is False
    Console().print(table)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
