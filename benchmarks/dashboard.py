"""`etude` alone, for a learner with a history: from start to end."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figure import Figure, alternate, median_ratio, process_seconds
from etude.attempts import Attempts
from etude.catalog import Catalog
from etude.database import Database
from etude.events import EventKind, Events
from etude.report import Category, CheckResult, Isolation, Report, Status

LIMIT = 0.200  # seconds
ATTEMPTS = 300


def dashboard(catalog: Catalog, etude: Sequence[str]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as data:
        _practise(Database(Path(data, "attempts.db")), catalog.ids)
        ours, bare = alternate(
            process_seconds(etude, env={**os.environ, "ETUDE_DATA": data}),
            process_seconds(["-c", "import click, rich"]),
        )
    middle, ratio = statistics.median(ours), median_ratio(ours, bare)
    what = f"etude (the dashboard, {ATTEMPTS} attempts)"
    yield Figure(what, middle * 1e3, "ms", "import click, rich", ratio, f"≤ {LIMIT * 1e3:g} ms", middle <= LIMIT)


def _practise(database: Database, exercises: Sequence[str]) -> None:
    """Every exercise attempted in turn, and each round rated."""
    begun = datetime.now(UTC) - timedelta(days=ATTEMPTS)
    for day in range(ATTEMPTS):
        name = exercises[day % len(exercises)]
        status = Status.PASSED if day % 3 else Status.FAILED
        check = CheckResult("test", "It is right.", Category.CORRECTNESS, 4, status, 0.01)
        isolation = Isolation("kernel", 7, True)
        Attempts(database).record(Report(name, f"{name}.py", 1, "full", "cpu", isolation, 0.1, (check,)), "x = 1\n")
        Events(database).add(EventKind.REVIEW, name, at=begun + timedelta(days=day), rating=3 if day % 3 else 1)
