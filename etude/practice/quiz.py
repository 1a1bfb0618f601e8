"""A round of quick questions: which are asked, how they were answered, and what to study."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from etude.events import Event
from etude.questions.question import Question


@dataclass(frozen=True)
class Answered:
    chapter: str
    right: bool
    passed: bool = False


@dataclass(frozen=True)
class ChapterResult:
    chapter: str
    right: int
    asked: int
    passed: int = 0


def last_answers(events: Iterable[Event]) -> dict[str, bool]:
    """Whether each question was answered right the last time it was asked; from QUIZ events, the oldest first."""
    return {event.subject: bool(event.body.get("right")) for event in events}


def chosen(questions: Iterable[Question], count: int | None, seed: int, last: Mapping[str, bool]) -> list[Question]:
    """`count` of them, in an order drawn from the seed, but those answered right the last time after all others."""
    known = sorted(questions, key=lambda question: question.id)
    drawn = random.Random(seed).sample(known, len(known))
    return sorted(drawn, key=lambda question: last.get(question.id, False))[:count]


def by_chapter(answers: Sequence[Answered]) -> list[ChapterResult]:
    """In the chapters' order."""
    results = []
    for chapter in sorted({answer.chapter for answer in answers}):
        own = [answer for answer in answers if answer.chapter == chapter]
        right, passed = sum(answer.right for answer in own), sum(answer.passed for answer in own)
        results.append(ChapterResult(chapter, right, len(own), passed))
    return results


def to_study(results: Iterable[ChapterResult]) -> list[str]:
    """The chapters in which something was missed or passed, the worst first."""
    missed = [result for result in results if result.right < result.asked]
    return [result.chapter for result in sorted(missed, key=lambda result: result.right / result.asked)]
