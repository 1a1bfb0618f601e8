"""Keeps every file that came back, as it came, and sorts out which of them count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from etude.errors import EtudeError, SubmissionError
from etude.files import write_whole
from etude.takehome.archive import LARGEST_ZIP
from etude.takehome.candidates import read_names
from etude.takehome.folder import Folder
from etude.takehome.submissions import Handed, read_submission

SKEW = timedelta(minutes=10)  # between two clocks that are right


@dataclass(frozen=True)
class Received:
    """A file that came back: `DIR/received/<sha256>.zip`, and beside it this, as JSON."""

    name: str  # that it came under
    sha256: str
    at: str  # when it was first read, ISO 8601

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)


def receive(folder: Folder, path: Path) -> Received:
    """Keep a copy, once. EtudeError where it cannot be read."""
    if path.exists() and not path.is_file():
        raise SubmissionError(path, "is no file", "give the zip that a candidate sent back")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_ZIP + 1)
    except OSError as error:
        raise SubmissionError(path, f"cannot be read ({error.strerror})", "check the path") from None
    if len(data) > LARGEST_ZIP:
        fix = "ask for the file that `takehome.py submit` wrote"
        raise SubmissionError(path, f"is over {LARGEST_ZIP >> 20} MiB, and not kept", fix)
    digest = hashlib.sha256(data).hexdigest()
    kept, about = (folder.received / f"{digest}.{suffix}" for suffix in ("zip", "json"))
    try:
        folder.received.mkdir(exist_ok=True)
        if kept.exists():
            return _received(kept)
        found = Received(path.name, digest, datetime.now(UTC).isoformat())
        write_whole(kept, data)
        write_whole(about, json.dumps(asdict(found)).encode())
    except OSError as error:
        raise EtudeError(folder.received, f"cannot be written ({error.strerror})", "make room for it") from None
    return found


def read_received(folder: Folder, found: Received, known: Mapping[str, str]) -> Handed:
    """`known`: the names by pseudonym. SubmissionError where it is no candidate's."""
    try:
        data = (folder.received / f"{found.sha256}.zip").read_bytes()
    except OSError as error:
        raise SubmissionError(found.name, f"cannot be read again ({error.strerror})", "give it once more") from None
    handed = read_submission(found.name, data, folder.settings, known)
    ended = handed.journal.ended
    if ended is None or ended <= found.when + SKEW:
        return handed
    remark = "the journal says that it was submitted after it was received: its clock was wrong, or was set"
    return replace(handed, remarks=(*handed.remarks, remark))


def all_received(folder: Folder) -> list[Received]:
    """In the order in which they came."""
    return sorted(map(_received, folder.received.glob("*.zip")), key=lambda each: (each.at, each.name, each.sha256))


def _received(kept: Path) -> Received:
    """What was written down beside it; where that is lost, what the file itself tells."""
    try:
        about = json.loads(kept.with_suffix(".json").read_bytes())
        return Received(str(about["name"]), kept.stem, datetime.fromisoformat(about["at"]).isoformat())
    except (OSError, ValueError, TypeError, KeyError):
        at = datetime.fromtimestamp(kept.stat().st_mtime, UTC)
        return Received(kept.name, kept.stem, at.isoformat(timespec="seconds"))


def those_that_count(folder: Folder) -> dict[str, Handed]:
    """By candidate: of several submissions the one that was packed last, or came last where its clock cannot be."""
    known = read_names(folder.names)
    theirs: dict[str, list[tuple[Received, Handed]]] = {}
    for found in all_received(folder):
        with suppress(SubmissionError):
            handed = read_received(folder, found, known)
            theirs.setdefault(handed.candidate, []).append((found, handed))
    return {candidate: _last(theirs[candidate]) for candidate in known if candidate in theirs}


def _last(submissions: list[tuple[Received, Handed]]) -> Handed:
    """With what was remarked of the others, and where its journal does not go on from theirs: a clock started anew."""

    def order(each: tuple[Received, Handed]) -> tuple[datetime, int, int]:
        found, handed = each
        packed = min(handed.journal.ended or found.when, found.when)
        return packed, len(handed.journal.events), -len(handed.remarks)  # of two with one journal the untampered one

    last = max(submissions, key=order)[1]
    # a file is called by where it is kept: the name that it came under may be a person's
    remarks = [
        f"received/{found.sha256[:12]}….zip, which does not count: {remark}"
        for found, handed in submissions
        for remark in handed.remarks
        if remark not in last.remarks
    ]
    journals = [handed.journal.events for _, handed in submissions]
    if any(last.journal.events[: len(events)] != events for events in journals):
        anew = f"{len(journals)} submissions whose journals do not go on from one another: the clock was started anew"
        remarks.append(anew)
    return replace(last, remarks=(*last.remarks, *remarks))


def write_answers(folder: Folder, handed: Handed) -> Sequence[Path]:
    """To be read, and graded from: `DIR/answers/<candidate>/<exercise>.py`, and nothing of an earlier submission."""
    place = folder.answers / handed.candidate
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        if old.suffix == ".py" and old.stem not in handed.answers:
            old.unlink()
    for exercise, content in handed.answers.items():
        write_whole(place / f"{exercise}.py", content)
    return [place / f"{exercise}.py" for exercise in handed.answers]
