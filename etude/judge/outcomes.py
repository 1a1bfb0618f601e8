"""How a check ends when it does not pass. Not `Exception`s, so that no `except` in a grader swallows one."""

from __future__ import annotations

from etude.judge.exceptions import CandidateException
from etude.report import Panel, Rationale


class CheckFailure(BaseException):
    """The answer ran and was wrong."""

    def __init__(self, rationale: Rationale, help: str | None = None) -> None:
        self.rationale, self.help = rationale, help
        self.figure: tuple[Panel, ...] = ()  # see grading.attach_figure
        super().__init__(rationale.problem)


class CandidateError(BaseException):
    """The answer could not be run: it raised, ended its process, broke a limit, or gave what cannot cross.

    `exception` is what it raised, where it raised.
    """

    def __init__(
        self, rationale: Rationale, help: str | None = None, exception: CandidateException | None = None
    ) -> None:
        self.rationale, self.help, self.exception = rationale, help, exception
        super().__init__(rationale.problem)
