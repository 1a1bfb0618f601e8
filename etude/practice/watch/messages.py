"""What happens during a session (messages), and what the state asks to be done (effects)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etude.exercise import Exercise
from etude.report import Report
from etude.submission import Submission

Answer = Submission | str  # or why the file cannot be graded


@dataclass(frozen=True)
class Sheet:
    """An exercise as it was opened: its texts, the learner's file, and the help taken since the stub."""

    exercise: Exercise
    path: Path
    prompt: str
    stub: str
    hints_seen: int = 0
    attempted: bool = False
    solution_is_free: bool = False  # seen before, or full marks reached
    exam: bool = False  # a question of the interview that is open: no help, and no reasons
    best: Mapping[str, float] | None = None  # of every exercise tried


# --- messages


@dataclass(frozen=True)
class Opened:
    sheet: Sheet
    answer: Answer


@dataclass(frozen=True)
class Key:
    name: str  # the character, or one of: up, down, page up, page down, enter, escape


@dataclass(frozen=True)
class Saved:
    """A file was written, replaced or deleted."""

    exercise: str
    path: Path
    answer: Answer


@dataclass(frozen=True)
class Graded:
    submission: Submission
    report: Report
    at: datetime
    final: bool  # False: more is to come (speed checks, the misconception)


@dataclass(frozen=True)
class Ungraded:
    """The judge could not say."""

    submission: Submission
    why: str


@dataclass(frozen=True)
class SolutionShown:
    text: str


@dataclass(frozen=True)
class Warned:
    line: str


@dataclass(frozen=True)
class Resized:
    """The terminal has another size, or has to be drawn anew."""


@dataclass(frozen=True)
class Suspended:
    """Ctrl-Z."""


@dataclass(frozen=True)
class Ended:
    """By a signal, or because the terminal is gone."""

    status: int


Message = Opened | Key | Saved | Graded | Ungraded | SolutionShown | Warned | Resized | Suspended | Ended
Post = Callable[[Message], None]


# --- effects


@dataclass(frozen=True)
class Open:
    exercise: Exercise


@dataclass(frozen=True)
class Grade:
    exercise: Exercise
    submission: Submission


@dataclass(frozen=True)
class WarmUp:
    """Make the judge ready for this exercise; nobody sees the verdict on its stub."""

    exercise: Exercise
    stub: Submission


@dataclass(frozen=True)
class NoteHint:
    exercise: Exercise
    number: int


@dataclass(frozen=True)
class ShowSolution:
    exercise: Exercise


@dataclass(frozen=True)
class Suspend:
    pass


@dataclass(frozen=True)
class Quit:
    status: int = 0


Effect = Open | Grade | WarmUp | NoteHint | ShowSolution | Suspend | Quit
