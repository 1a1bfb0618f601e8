"""A class's grades as pages: one for all, one for each student. No script, no network; light or dark as the reader has
it. Whatever a student wrote is escaped."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from etude.batch.store import file_name
from etude.coursework.grades import Grades
from etude.render.html import prepare_report, report_html
from etude.render.pages import environment
from etude.render.visible import visible
from etude.report import Report

TENTHS = ("0–9 %", *(f"{tenth}0–{tenth}9 %" for tenth in range(1, 10)), "all")


def prepare() -> None:
    """Compile the templates, ahead of the first page."""
    for name in ("class.html", "student.html"):
        _pages().get_template(name)
    prepare_report()


def class_page(title: str, grades: Grades) -> str:
    return _pages().get_template("class.html").render(
        title=title,
        grades=grades,
        exercises=[grades.exercise(exercise) for exercise in grades.exercises],
        hardest=grades.hardest(),
        tenths=TENTHS,
    )  # fmt: skip


def student_page(title: str, grades: Grades, student: str) -> str:
    return _pages().get_template("student.html").render(
        title=title,
        student=student,
        results=[
            (exercise, result, Markup(_card(result.report)) if result.report else None)
            for exercise in grades.exercises
            if (result := grades.results.get((student, exercise)))
        ],
        missing=[exercise for exercise in grades.exercises if (student, exercise) not in grades.results],
    )  # fmt: skip


def _card(report: Report) -> str:
    """A page may be handed on to its student, who must not learn the seed that all share."""
    return report_html(replace(report, seed=None))


@cache
def _pages() -> Environment:
    return environment(visible=visible, file_name=file_name)
