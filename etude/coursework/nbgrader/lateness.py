"""How late a submission came and what it costs, from the gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook

from etude.words import counted

MINUTE, HOUR, DAY = 60, 3600, 86400


def lateness(directory: Any, assignment: str, student: str) -> Iterator[str]:
    """A line on the time, and one for each notebook with a penalty. `directory` is nbgrader's CourseDirectory."""
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        submission = gradebook.find_submission(assignment, student)
        yield f"{assignment}: {duration(submission.total_seconds_late)} late"
        for notebook in sorted(submission.notebooks, key=lambda each: str(each.name)):
            if penalty := notebook.late_submission_penalty:
                yield f"{notebook.name}: {penalty:g} of its {notebook.score:g} points go for being late"


def duration(seconds: float) -> str:
    """In the largest unit of which there are two at least; a day has to be there three times."""
    for unit, name, least in ((DAY, "day", 3), (HOUR, "hour", 2), (MINUTE, "minute", 2)):
        if seconds >= least * unit:
            return counted(round(seconds / unit), name)
    return counted(round(seconds), "second")
