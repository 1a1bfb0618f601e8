"""What came back: whose it is, whether it is whole, and whether it was in time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from etude.errors import SubmissionError
from etude.takehome.archive import open_archive
from etude.takehome.folder import Settings
from etude.takehome.journal import Journal, read_journal
from etude.takehome.keys import is_signed

FIXED = ("invitation.json", "invitation.sig", "journal.jsonl", "versions.json")
MOST_VERSIONS = 20
_AGAIN = "ask for the file that `takehome.py submit` wrote from the invitation that you sent"


@dataclass(frozen=True)
class Handed:
    """One submission that is a known candidate's."""

    candidate: str
    answers: Mapping[str, bytes]  # by exercise
    journal: Journal
    remarks: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=dict)

    def late(self, settings: Settings) -> timedelta | None:
        """Beyond the minutes since it was begun, or the due date; None where in time, or where nobody knows."""
        begun, ended = self.journal.begun, self.journal.ended
        if ended is None:
            return None
        until = settings.due if begun is None else min(settings.due, begun + timedelta(minutes=settings.minutes))
        return ended - until if ended > until else None

    @property
    def used(self) -> timedelta | None:
        begun, ended = self.journal.begun, self.journal.ended
        return ended - begun if begun and ended else None


def read_submission(name: str, data: bytes, settings: Settings, known: Mapping[str, str]) -> Handed:
    """SubmissionError where it is nobody's: not a zip of the runner's, not our invitation, not a known candidate."""
    answers = {f"answers/{exercise}.py": exercise for exercise in settings.exercises}
    files, left_out = open_archive(name, data, lambda path: path in FIXED or path in answers)
    raw = files.get("invitation.json", b"")
    signature = files.get("invitation.sig", b"").decode("ascii", "replace").strip()
    if not is_signed(settings.public_key, signature, raw):
        raise SubmissionError(name, "its invitation is not one of this test's, or was changed", _AGAIN)
    invitation = json.loads(raw)  # as we wrote it
    candidate = invitation["candidate"]
    if invitation["takehome"] != settings.id or candidate not in known:
        raise SubmissionError(name, "its invitation is to nobody whom names.csv knows", _AGAIN)
    journal = read_journal(files.get("journal.jsonl"), bytes.fromhex(invitation["journal_key"]), raw)
    found = {exercise: files[path] for path, exercise in answers.items() if path in files}
    if "journal.jsonl" not in files and _are_stubs(found, invitation["files"]):
        raise SubmissionError(name, f"is the invitation to {candidate}, and no submission", _AGAIN)
    remarks = [*journal.problems, *_contradictions(found, journal)]
    if left_out:
        remarks.append(f"further files, which were not looked at: {', '.join(left_out)[:200]}")
    return Handed(candidate, found, journal, tuple(remarks), _versions(files.get("versions.json")))


def _are_stubs(answers: Mapping[str, bytes], sent: Mapping[str, str]) -> bool:
    """Whether none was touched. `sent`: the SHA-256 of each file of the invitation."""
    return all(
        hashlib.sha256(content).hexdigest() == sent.get(f"checks/stubs/{exercise}.py")
        for exercise, content in answers.items()
    )


def _contradictions(answers: Mapping[str, bytes], journal: Journal) -> list[str]:
    """Where the answers are not those that the journal says were packed."""
    if journal.submitted is None:
        return ["the journal does not end with a submission"] if journal.events else []
    digests = {exercise: hashlib.sha256(content).hexdigest() for exercise, content in answers.items()}
    other = sorted(name for name in digests.keys() | journal.submitted.keys()
                   if digests.get(name) != journal.submitted.get(name))  # fmt: skip
    return [f"{', '.join(other)[:200]}: not what the journal says was submitted"] if other else []


def _versions(data: bytes | None) -> dict[str, str]:
    try:
        found: Any = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name)[:50]: str(value or "not installed")[:50] for name, value in list(found.items())[:MOST_VERSIONS]}
