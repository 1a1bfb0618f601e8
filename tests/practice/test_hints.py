"""One hint at a time, counted since the stub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.style import Style

from etude.catalog import Catalog
from etude.cli import main
from etude.events import Event, EventKind, Events
from etude.practice.hints import next_hint, seen_hints
from etude.render.page import INLINE_CODE, THEME, inline_code

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
DOUBLE = Catalog.load([MINI]).get("double")
START = (EventKind.START, None)


def history(*what: tuple[EventKind, int | None]) -> list[Event]:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return [
        Event(noon + timedelta(minutes=minute), kind, "double", {} if number is None else {"number": number})
        for minute, (kind, number) in enumerate(what)
    ]


def hint(number: int) -> tuple[EventKind, int]:
    return EventKind.HINT, number


@pytest.mark.parametrize(
    ("events", "seen", "following"),
    [
        ([], [], 1),
        ([START], [], 1),
        ([START, hint(1)], [1], 2),
        ([hint(1), hint(2)], [1, 2], 3),
        ([hint(1), hint(2), hint(3)], [1, 2, 3], None),
        ([hint(1), hint(1)], [1], 2),  # asked for in two terminals at once
        ([hint(1), hint(2), START], [], 1),
        ([hint(1), hint(2), START, hint(1)], [1], 2),
        ([hint(1), (EventKind.SOLUTION, None)], [1], 2),
        ([hint(4)], [1, 2, 3], None),  # the exercise had four then
    ],
)
def test_hints_are_counted_since_the_stub(
    events: list[tuple[EventKind, int | None]], seen: list[int], following: int | None
) -> None:
    happened = history(*events)
    assert [found.number for found in seen_hints(DOUBLE, happened)] == seen
    found = next_hint(DOUBLE, happened)
    assert (found.number if found else None) == following
    if found is not None:
        assert (found.total, found.text) == (3, DOUBLE.hints[found.number - 1])


def test_code_in_a_hint_looks_like_that_of_a_prompt_and_the_rest_is_plain() -> None:
    text = inline_code("Made in __init__, 2 * `x*y` + `z` * `lonely", "dim")
    assert text.plain == "Made in __init__, 2 * x*y + z * `lonely"
    assert [(text.plain[span.start : span.end], span.style) for span in text.spans if span.style] == [
        ("x*y", INLINE_CODE), ("z", INLINE_CODE)
    ]  # fmt: skip
    assert THEME.styles["markdown.code"] == Style.parse(INLINE_CODE)


# --- the command


@pytest.fixture
def etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, arguments, prog_name="etude")


def test_each_call_shows_one_more_and_records_it(etude: Callable[..., Result]) -> None:
    for number in (1, 2, 3):
        result = etude("hint", "double")
        assert result.exit_code == 0
        shown = [text in result.stdout for text in DOUBLE.hints]
        assert shown == [True] * number + [False] * (3 - number)
        assert [event.body for event in Events.open().of(EventKind.HINT)] == [{"number": n + 1} for n in range(number)]
    assert "the last hint" in result.stdout
    assert "1/3" in result.stdout


def test_after_the_last_one_it_points_to_the_solution(etude: Callable[..., Result]) -> None:
    for _ in range(3):
        etude("hint", "double")
    result = etude("hint", "double")
    assert "There are no more hints. `etude solution double --give-up` shows the answer" in result.stdout
    assert len(Events.open().of(EventKind.HINT)) == 3
    etude("solution", "double", "--give-up")
    result = etude("hint", "double")
    assert "There are no more hints. `etude solution double` shows the answer" in result.stdout


def test_a_clean_stub_begins_the_hints_anew(etude: Callable[..., Result]) -> None:
    etude("hint", "double")
    etude("hint", "double")
    etude("start", "double")
    assert DOUBLE.hints[1] not in etude("hint", "double").stdout


def test_hints_of_one_exercise_do_not_count_for_another(etude: Callable[..., Result]) -> None:
    etude("hint", "mean")
    assert DOUBLE.hints[1] not in etude("hint", "double").stdout


def test_a_database_that_cannot_be_used_costs_no_hint(etude: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    result = etude("hint", "double")
    assert result.exit_code == 0
    assert DOUBLE.hints[0] in result.stdout
    assert "this was not noted" in result.stderr
    assert "Traceback" not in result.output


def test_a_database_that_cannot_be_read_is_told_of_once(etude: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "data" / "attempts.db").mkdir(parents=True)
    result = etude("hint", "double")
    assert DOUBLE.hints[0] in result.stdout
    assert "hints seen are not known, and this was not noted" in result.stderr
    assert result.stderr.count("\n") == 1
