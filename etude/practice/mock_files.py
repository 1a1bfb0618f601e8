"""The files of an interview that is gone on with: what was deleted is put back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.metadata import read_text
from etude.practice.mock import Interview
from etude.practice.mock_store import ABANDON


def put_back(interview: Interview, exercises: Mapping[str, Exercise]) -> list[Path]:
    """Those that were gone, written again: as they were last graded, which still counts, or else as clean stubs."""
    gone = [question for question in interview.questions if not os.path.lexists(interview.path(question))]
    for question in gone:
        path = interview.path(question)
        source = question.source or read_text(exercises[question.exercise].stub_path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(source)
        except OSError as error:
            raise EtudeError(path, f"is gone, and cannot be written again ({error.strerror})", ABANDON) from None
    return [interview.path(question) for question in gone]
