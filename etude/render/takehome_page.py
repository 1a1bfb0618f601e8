"""One candidate's take-home test as a page for the hiring team. No script, no network; light or dark as the reader has
it, and fit to print. Whatever the candidate wrote is escaped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from etude.batch.store import Result
from etude.exercise import Exercise
from etude.render.html import report_html
from etude.render.marked_code import Line, lines_left_out, marked_lines
from etude.render.takehome import Share, by_category, render, reports, span
from etude.report import CheckResult
from etude.takehome.dossier import Dossier, FollowUp

if TYPE_CHECKING:
    from etude.batch.similarity import Pair

LONG_PAUSE = timedelta(minutes=15)
MOST_EVENTS = 200  # shown


@dataclass(frozen=True)
class Moment:
    """A line of the journal, in the words of the page."""

    after: str  # since the first line, h:mm:ss
    pause: str  # since the line before
    long: bool
    back: bool  # the clock was set back
    at: float  # where on the strip, per cent
    what: str
    about: str


@dataclass(frozen=True)
class Answer:
    """All that there is to say of one exercise."""

    exercise: Exercise
    result: Result | None  # None: nothing was handed in
    score: Share  # where it was not graded, none of what it is worth
    card: Markup | None  # None: not graded
    lines: list[Line]
    left_out: int  # lines
    timed: tuple[CheckResult, ...]
    pairs: tuple[Pair, ...]
    follow_ups: tuple[FollowUp, ...]

    @property
    def marked(self) -> bool:
        return any(line.marked for line in self.lines)


def candidate_page(dossier: Dossier) -> str:
    """Everything known of one candidate's test: score, time line, each check with its reason, the code, what to ask."""
    answers = [_answer(dossier, exercise) for exercise in dossier.exercises]
    end = max(_last(dossier), timedelta(minutes=dossier.minutes))
    return render(
        "takehome_candidate.html",
        dossier=dossier,
        total=Share(dossier.score, dossier.maximum),
        answers=answers,
        ungraded=[answer for answer in answers if answer.card is None],
        categories=by_category(reports(dossier)),
        moments=_moments(dossier, end),
        events_left_out=max(len(dossier.events) - MOST_EVENTS, 0),
        allowed=100 * timedelta(minutes=dossier.minutes) / end,
        **_of_similarity(dossier),
    )


def _answer(dossier: Dossier, exercise: Exercise) -> Answer:
    result = dossier.results.get(exercise.id)
    report = result.report if result else None
    checks = report.checks if report else ()
    return Answer(
        exercise,
        result,
        Share.of(checks) if report else Share(0, dossier.possible(exercise)),
        Markup(report_html(replace(report, seed=None))) if report else None,  # the seed is shared by all
        marked_lines(result) if result else [],
        lines_left_out(result) if result else 0,
        tuple(check for check in checks if check.timing),
        tuple(pair for pair in dossier.pairs if pair.exercise == exercise.id),
        dossier.follow_ups.get(exercise.id, ()),
    )


def _of_similarity(dossier: Dossier) -> dict[str, Any]:
    """What is needed only where answers were compared, for which copydetect must be there."""
    if not dossier.pairs:
        return {}
    from etude.batch.similarity import CAUTION, line_ranges

    return {"caution": CAUTION, "ranges": line_ranges}


def _last(dossier: Dossier) -> timedelta:
    first = dossier.events[0].at if dossier.events else None
    return max((event.at - first for event in dossier.events if first), default=timedelta())


def _moments(dossier: Dossier, end: timedelta) -> list[Moment]:
    found: list[Moment] = []
    for number, event in enumerate(dossier.events[:MOST_EVENTS]):
        after = event.at - dossier.events[0].at
        pause = event.at - dossier.events[max(number - 1, 0)].at
        back = pause < timedelta()
        said = "" if not number else f"the clock went back {span(-pause)}" if back else span(pause)
        place = min(max(100 * after / end, 0.0), 100.0)
        found.append(Moment(_clock(after), said, pause >= LONG_PAUSE, back, place, event.what, event.about))
    return found


def _clock(time: timedelta) -> str:
    seconds = abs(int(time.total_seconds()))
    sign = "−" if time < timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
