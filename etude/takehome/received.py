"""Keeps every file that came back, as it came, and sorts out which of them count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from etude.errors import EtudeError, SubmissionError
from etude.files import write_whole
from etude.takehome.archive import LARGEST_ZIP
from etude.takehome.candidates import read_names
from etude.takehome.folder import Folder
from etude.takehome.submissions import Handed, read_submission


@dataclass(frozen=True)
class Received:
    """A file that came back: `DIR/received/<sha256>.zip`, and beside it this, as JSON."""

    name: str  # that it came under
    sha256: str
    at: str  # when it was first read


def receive(folder: Folder, path: Path) -> Received:
    """Keep a copy, once. EtudeError where it cannot be read."""
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
        if about.exists():
            return Received(**json.loads(about.read_bytes()))
        found = Received(path.name, digest, datetime.now(UTC).isoformat(timespec="seconds"))
        write_whole(kept, data)
        write_whole(about, json.dumps(asdict(found)).encode())
    except OSError as error:
        raise EtudeError(folder.received, f"cannot be written ({error.strerror})", "make room for it") from None
    return found


def read_received(folder: Folder, found: Received) -> Handed:
    """SubmissionError where it is no candidate's."""
    data = (folder.received / f"{found.sha256}.zip").read_bytes()
    return read_submission(found.name, data, folder.settings, read_names(folder.names))


def all_received(folder: Folder) -> list[Received]:
    """In the order in which they came."""
    found = [Received(**json.loads(path.read_bytes())) for path in folder.received.glob("*.json")]
    return sorted(found, key=lambda each: (each.at, each.name, each.sha256))


def those_that_count(folder: Folder) -> dict[str, Handed]:
    """By candidate: of several submissions the one that was packed last."""
    chosen: dict[str, Handed] = {}
    for found in all_received(folder):
        try:
            handed = read_received(folder, found)
        except SubmissionError:
            continue
        before = chosen.get(handed.candidate)
        if before is None or _order(handed) >= _order(before):
            chosen[handed.candidate] = handed
    return {candidate: chosen[candidate] for candidate in read_names(folder.names) if candidate in chosen}


def _order(handed: Handed) -> tuple[float, int]:
    ended = handed.journal.ended
    return ended.timestamp() if ended else 0.0, len(handed.journal.events)


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
