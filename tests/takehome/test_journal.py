"""The journal that came back shows every damage, and tells its honest part."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.takehome.journal import Journal, read_journal

KEY, INVITATION = bytes(32), b'{"an": "invitation"}'
BEGUN = datetime(2027, 1, 31, 9, tzinfo=UTC)
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("begin", {"invitation": hashlib.sha256(INVITATION).hexdigest()}),
    ("check", {"results": {"double": {"passed": 1, "of": 3}}, "answers": {"double": "0"}}),
    ("submit", {"answers": {"double": "1"}, "late": False}),
]


def sealed(steps: list[tuple[datetime, str, dict[str, Any]]], key: bytes) -> bytes:
    """As the runner writes it, or a forger who has the key."""
    lines: list[str] = []
    previous = ""
    for number, (at, event, about) in enumerate(steps):
        moment = at.isoformat(timespec="microseconds")
        line = {"n": number, "at": moment, "event": event, "about": about, "previous": previous}
        text = json.dumps(line, sort_keys=True, separators=(",", ":"))
        previous = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        lines.append(json.dumps({**line, "mac": previous}))
    return "".join(f"{line}\n" for line in lines).encode()


def written(steps: list[tuple[str, dict[str, Any]]] = STEPS, key: bytes = KEY, minutes: int = 10) -> list[bytes]:
    timed = [(BEGUN + timedelta(minutes=minutes * number), *step) for number, step in enumerate(steps)]
    return sealed(timed, key).splitlines()


def read(lines: list[bytes]) -> Journal:
    return read_journal(b"\n".join(lines) + b"\n", KEY, INVITATION)


def test_a_whole_journal_is_told_as_it_was() -> None:
    found = read(written())
    assert [(event.at - BEGUN, event.what, event.about) for event in found.events] == [
        (timedelta(), "begin", ""),
        (timedelta(minutes=10), "check", "double: 1 of 3 passed"),
        (timedelta(minutes=20), "submit", ""),
    ]
    assert found.begun == BEGUN
    assert found.ended == BEGUN + timedelta(minutes=20)
    assert found.submitted == {"double": "1"}
    assert found.problems == ()


def changed(line: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(line), **fields}).encode()


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        (lambda lines: [lines[0], changed(lines[1], at="2027-01-31T08:00:00+00:00"), lines[2]], 1),
        (lambda lines: [lines[0], changed(lines[1], about={}), lines[2]], 1),
        (lambda lines: [lines[0], lines[2]], 1),
        (lambda lines: lines[1:], 0),
        (lambda lines: [lines[0], lines[2], lines[1]], 1),
        (lambda lines: [lines[0], lines[0], *lines[1:]], 1),
        (lambda lines: [*lines, b"{}"], 3),
        (lambda lines: [*lines, b"\xff\xfe["], 3),
        (lambda lines: [lines[0], b"[" * 100_000], 1),
        (lambda lines: written(key=b"another"), 0),
    ],
)
def test_damage_is_shown_from_the_line_on_that_does_not_fit(
    damage: Callable[[list[bytes]], list[bytes]], left: int
) -> None:
    found = read(damage(written()))
    assert len(found.events) == left
    assert any(f"damaged from line {left + 1} " in problem for problem in found.problems)


def test_a_journal_cut_off_at_its_end_is_whole_and_has_no_submission() -> None:
    found = read(written()[:2])
    assert (len(found.events), found.submitted, found.ended) == (2, None, None)


def test_only_a_cut_at_the_end_before_the_next_line_was_written_leaves_no_trace() -> None:
    begin, check, _ = written()
    assert read([begin, *written()[2:]]).problems, "a line is missing before the last"
    assert read(written([STEPS[0], STEPS[2]])).problems == ()  # as after `check` was cut off, and then `submit` run
    assert read([begin, check]).submitted is None


def test_oddities_are_told() -> None:
    other = [("begin", {"invitation": "of another"}), *STEPS[1:]]
    assert "begun with another invitation" in read(written(other)).problems[0]
    assert "does not begin once" in read(written([*STEPS, STEPS[0]])).problems[0]
    assert "does not begin once" in read(written(STEPS[1:])).problems[0]
    assert "went back by 10 minutes" in read(written(minutes=-10)).problems[0]
    assert "no journal" in read_journal(None, KEY, INVITATION).problems[0]


@pytest.mark.parametrize("about", [{"results": {"a": {"passed": "x" * 99, "of": []}}}, {"results": 3}, {"answers": []}])
def test_what_a_forger_with_the_key_writes_harms_nobody(about: dict[str, Any]) -> None:
    found = read(written([STEPS[0], ("check", about), ("submit", about)]))
    assert len(found.events) == 3
    assert found.submitted == {}


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "2027-01-31T09:00:00", "now", 3]
)
def test_a_time_that_cannot_be_reckoned_with_is_damage(at: object) -> None:
    line = {key: value for key, value in json.loads(written()[0]).items() if key != "mac"} | {"at": at}
    text = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
    sealed = json.dumps({**line, "mac": hmac.new(KEY, text, hashlib.sha256).hexdigest()}).encode()
    assert "damaged from line 1" in read([sealed]).problems[0]


@given(st.binary(max_size=300), st.integers(0, 900))
def test_whatever_comes_is_read_without_a_fault(noise: bytes, at: int) -> None:
    whole = b"\n".join(written())
    for data in (noise, whole[:at] + noise + whole[at:]):
        assert len(read_journal(data, KEY, INVITATION).events) <= 3
