"""The journal that came back: a chain of lines, each sealed with the invitation's key and the seal before it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from etude.takehome.dossier import Event

MOST_LINES = 10_000
LONGEST = 2_000  # characters of what is told of a check
FIELDS = {"n", "at", "event", "about", "previous", "mac"}
EVENTS = ("begin", "check", "submit")
YEARS = range(2000, 2200)  # beyond lie dates that cannot be reckoned with


@dataclass(frozen=True)
class Journal:
    """What the intact part of it says, by the candidate's clock."""

    events: tuple[Event, ...] = ()
    submitted: dict[str, str] | None = None  # by exercise, the SHA-256 of what the last `submit` packed
    problems: tuple[str, ...] = ()

    @property
    def begun(self) -> datetime | None:
        return self.events[0].at if self.events and self.events[0].what == "begin" else None

    @property
    def ended(self) -> datetime | None:
        """The last submission."""
        return next((event.at for event in reversed(self.events) if event.what == "submit"), None)


def read_journal(data: bytes | None, key: bytes, invitation: bytes) -> Journal:
    """Up to the first line that does not fit; why it does not is among the problems."""
    if data is None:
        return Journal(problems=("there is no journal: nothing is known of when it was written",))
    lines = data.splitlines()
    events: list[Event] = []
    submitted: dict[str, str] | None = None
    problems: list[str] = []
    previous = ""
    for number, line in enumerate(lines[:MOST_LINES]):
        found = _line(line, number, previous, key)
        if found is None:
            problems.append(f"the journal is damaged from line {number + 1} of {len(lines)} on: changed, or not whole")
            break
        if found["event"] == "begin" and found["about"].get("invitation") != hashlib.sha256(invitation).hexdigest():
            problems.append("the journal was begun with another invitation")
        if found["event"] == "submit":
            submitted = _digests(found["about"])
        previous = found["mac"]
        events.append(Event(datetime.fromisoformat(found["at"]), found["event"], _about(found)))
    return Journal(tuple(events), submitted, (*problems, *_oddities(events)))


def _line(line: bytes, number: int, previous: str, key: bytes) -> dict[str, Any] | None:
    """None where it is none of the runner's, or not in its place."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict) or found.keys() != FIELDS or not isinstance(found["about"], dict):
            return None
        sealed = {name: value for name, value in found.items() if name != "mac"}
        seal = hmac.new(key, json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode(), "sha256").hexdigest()
        at = datetime.fromisoformat(found["at"])
        whole = hmac.compare_digest(seal.encode(), str(found["mac"]).encode("utf-8", "replace"))
    except (ValueError, TypeError, RecursionError):
        return None
    in_place = found["n"] == number and found["previous"] == previous
    known = found["event"] in EVENTS and at.tzinfo is not None and at.year in YEARS
    return found if whole and in_place and known else None


def _digests(about: dict[str, Any]) -> dict[str, str]:
    answers = about.get("answers")
    return {str(name): str(value) for name, value in answers.items()} if isinstance(answers, dict) else {}


def _about(found: dict[str, Any]) -> str:
    """A check's outcome in words."""
    results = found["about"].get("results")
    if found["event"] != "check" or not isinstance(results, dict):
        return ""
    told = [f"{name}: {one['passed']} of {one['of']} passed" for name, one in results.items()
            if isinstance(one, dict) and type(one.get("passed")) is type(one.get("of")) is int]  # fmt: skip
    return ", ".join(told)[:LONGEST]


def _oddities(events: list[Event]) -> list[str]:
    found = []
    if events and (events[0].what != "begin" or any(event.what == "begin" for event in events[1:])):
        found.append("the journal does not begin once, at its start")
    back = [one.at - other.at for one, other in pairwise(events) if other.at < one.at]
    if back:
        minutes = max(back) / timedelta(minutes=1)
        found.append(f"the clock it was written by went back by {minutes:.0f} minutes")
    return found
