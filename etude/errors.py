"""The errors that étude shows to people: one line that names the thing, the problem and the mend."""

from __future__ import annotations


class EtudeError(Exception):
    """Something the user can mend.

    `subject` names the file, exercise or option; `problem` says what is wrong with it; `fix` says what to do.
    """

    def __init__(self, subject: object, problem: str, fix: str) -> None:
        self.subject = str(subject)
        self.problem = problem
        self.fix = fix
        super().__init__(f"{self.subject}: {problem}: {fix}")


class CatalogError(EtudeError):
    """An exercise or a bank cannot be used."""


class SubmissionError(EtudeError):
    """An answer cannot be read."""


class JudgeError(Exception):
    """A fault of étude or of a grader, never of the candidate: exit status 3."""
