"""All candidates of a take-home test beside each other: a page whose one table sorts, and the same as CSV.

Without script the table is there as well, in the order in which the candidates were given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from etude.render.takehome import Share, by_category, render, reports, source, span
from etude.render.terminal import percent
from etude.render.visible import visible_line
from etude.report import Category
from etude.table import csv_text
from etude.takehome.dossier import Dossier

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Cell:
    """A text, and the number that it is sorted by; None for nothing to sort by, which comes last."""

    text: str
    value: float | None


@dataclass(frozen=True)
class Row:
    dossier: Dossier
    total: Share
    exercises: tuple[Share | None, ...]  # None: not graded
    categories: tuple[Share | None, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Everybody's maximum is the whole test's, so that nobody gains by leaving an exercise out."""

    exercises: dict[str, int]  # and the maximum of each
    categories: tuple[Category, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, dossiers: Sequence[Dossier]) -> Table:
        ids = dict.fromkeys(exercise.id for dossier in dossiers for exercise in dossier.exercises)
        exercises = {each: max(_possible(dossier, each) for dossier in dossiers) for each in ids}
        present = {category for dossier in dossiers for category in by_category(reports(dossier))}
        categories = tuple(category for category in Category if category in present)
        return cls(exercises, categories, tuple(_row(dossier, exercises, categories) for dossier in dossiers))

    @property
    def maximum(self) -> int:
        return sum(self.exercises.values())


def comparison_page(title: str, dossiers: Sequence[Dossier], page_of: Callable[[Dossier], str]) -> str:
    """`page_of` gives the relative link to a candidate's page."""
    table = Table.of(dossiers)
    return render(
        "takehome_comparison.html",
        source("takehome_comparison.js"),
        title=title,
        table=table,
        rows=[(row, page_of(row.dossier), _cells(row)) for row in table.rows],
    )


def comparison_csv(dossiers: Sequence[Dossier]) -> str:
    """Empty where something was not graded or is not known."""
    table = Table.of(dossiers)
    shares = [f"{category} share" for category in table.categories]
    times = ["minutes used", "late minutes"]
    header = ["candidate", "total", "maximum", "percent", *times, *table.exercises, *shares, "remarks"]
    return csv_text([header, *(_csv_row(row) for row in table.rows)])


def _csv_row(row: Row) -> list[str | int | float]:
    dossier = row.dossier
    return [
        visible_line(dossier.candidate).strip(),  # so that a formula behind a tab is seen to be one
        row.total.earned,
        row.total.maximum,
        round(100 * row.total.fraction, 1),
        "" if dossier.used is None else round(dossier.used / _MINUTE, 1),
        _late_minutes(dossier),
        *("" if share is None else share.earned for share in row.exercises),
        *("" if share is None else round(share.fraction, 3) for share in row.categories),
        len(dossier.remarks),
    ]


def _late_minutes(dossier: Dossier) -> int | str:
    """Whole ones, rounded up: a second late is late."""
    if dossier.late is not None:
        return math.ceil(dossier.late / _MINUTE)
    return 0 if dossier.results else ""


def _possible(dossier: Dossier, exercise: str) -> int:
    return sum(dossier.possible(each) for each in dossier.exercises if each.id == exercise)


def _row(dossier: Dossier, exercises: dict[str, int], categories: Sequence[Category]) -> Row:
    graded = {report.exercise: report for report in reports(dossier)}
    shares = by_category(list(graded.values()))
    return Row(
        dossier,
        Share(dossier.score, sum(exercises.values())),
        tuple(Share.of(graded[each].checks) if each in graded else None for each in exercises),
        tuple(shares.get(each) for each in categories),
        tuple(_flags(dossier)),
    )


def _flags(dossier: Dossier) -> list[str]:
    """What a person should look at before the score."""
    remarks = len(dossier.remarks)
    found = [f"{remarks} remark{'s' * (remarks > 1)}"] if remarks else []
    for exercise in dossier.exercises:
        result = dossier.results.get(exercise.id)
        if result is None:
            found.append(f"{exercise.id}: no answer")
        elif result.report is None:
            found.append(f"{exercise.id}: not graded")
        elif result.report.problem:
            found.append(f"{exercise.id}: does not load")
    alike = dict.fromkeys(pair.exercise for pair in dossier.pairs)
    return [*found, *(f"{exercise}: similar answer" for exercise in alike)]


def _cells(row: Row) -> list[Cell]:
    """Behind the candidate's name, in the order of the header: what to look at first stands first."""
    used, total = row.dossier.used, row.total
    return [
        Cell(str(total.earned), total.earned),
        Cell(percent(total.fraction), total.fraction),
        Cell(span(used), used.total_seconds()) if used is not None else Cell("–", None),
        _late(row.dossier),
        Cell("; ".join(row.flags) or "none", len(row.flags)),
        *(Cell(str(each.earned), each.earned) if each else Cell("–", None) for each in row.exercises),
        *(Cell(percent(each.fraction), each.fraction) if each else Cell("–", None) for each in row.categories),
    ]


def _late(dossier: Dossier) -> Cell:
    if dossier.late is not None:
        return Cell(f"by {span(dossier.late)}", dossier.late.total_seconds())
    return Cell("no", 0) if dossier.results else Cell("–", None)
