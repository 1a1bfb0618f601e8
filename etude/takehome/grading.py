"""Grades what came back, with one secret seed for all and under the kernel's isolation, or not at all."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from etude.batch.entries import Entry
from etude.batch.grading import Outcome, Plan, plan, run
from etude.batch.store import Store
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.takehome.folder import Folder
from etude.takehome.received import write_answers
from etude.takehome.submissions import Handed

OPTIONS = GradeOptions()  # with the speed checks, and never without isolation


@dataclass(frozen=True)
class Work:
    """What is to be graded, and where the reports go."""

    store: Store
    plan: Plan


def prepare(folder: Folder, handed: Mapping[str, Handed], exercises: list[Exercise]) -> Work:
    """Write the answers out. What is graded already, of the same answer by the same grader, stays."""
    store = folder.store()
    entries: list[Entry] = []
    for candidate, one in handed.items():
        paths = {path.stem: path for path in write_answers(folder, one)}
        entries += [Entry(candidate, each, paths[each.id]) for each in exercises if each.id in paths]
    return Work(store, plan(entries, store, OPTIONS))


def grade(folder: Folder, work: Work, workers: int) -> Generator[Outcome]:
    """Every outcome as it comes; no answer can read the test's folder."""
    return run(work.plan.tasks, work.store, OPTIONS, workers, private=[folder.root])
