"""What a candidate may be sent says the score and which requirements held, and gives nothing hidden away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from etude.render.takehome_feedback import feedback_page
from etude.report import Rationale
from etude.takehome.dossier import Dossier
from etude.takehome.follow_ups import follow_ups
from tests.takehome.dossiers import ALL, BACKPROP, PARTIAL, SEED, TAMPERED, dossier, result
from tests.takehome.page_reader import Read


def test_the_feedback_says_the_score_and_which_requirements_held() -> None:
    text = Read(feedback_page(PARTIAL)).text
    for part in (
        "Feedback for blue-crane 20 of 33 points · 60%",
        "stability extreme numbers, NaN, overflow 4 of 6",
        "Each slice sums to one, on any axis. held 3 of 3",
        "float32 stays float32. did not hold 0 of 1",
        "The gradient is right. not tried 0 of 2",
        "up to 3 times earns half. held in part 1 of 2",
    ):
        assert part in text
    text = Read(feedback_page(TAMPERED)).text
    assert "11 of 33 points · 33%" in text
    assert "0 of 11 points The file could not be graded." in text
    assert "No answer to this one was handed in." in text


def secrets(found: Dossier) -> Iterator[str]:
    """All that lies behind the score, line by line."""
    yield str(SEED)
    yield from found.remarks
    for pair in found.pairs:
        yield pair.other.student
    for exercise in found.exercises:
        yield from exercise.solution_path.read_text().splitlines()
        for follow_up in follow_ups(exercise):
            yield from (follow_up.question, follow_up.answer)
    for each in found.results.values():
        yield from (each.refused, *each.source.splitlines())
        if each.report is None:
            continue
        yield from asdict(each.report.misconception).values() if each.report.misconception else ()
        for why in (each.report.problem, *(check.rationale for check in each.report.checks)):
            yield from (value for value in asdict(why).values() if value) if why else ()
        for check in each.report.checks:
            yield from (check.name, check.help or "", check.output)
            yield from (f"{check.timing.ratio:.2f}", f"{check.timing.low:.2f}") if check.timing else ()


@pytest.mark.parametrize("found", ALL[:-1], ids=lambda found: found.candidate)
def test_the_feedback_reveals_nothing_hidden(found: Dossier) -> None:
    html = feedback_page(found)
    text = f" {Read(html).text} "
    for secret in {line.strip() for each in secrets(found) for line in each.splitlines()}:
        if len(secret) > 3 and secret not in ("float32", "float64"):  # words of the requirements themselves
            assert " ".join(secret.split()) not in text, secret


def test_an_answer_that_does_not_load_tells_the_candidate_no_more_than_that() -> None:
    broken = result("ann", BACKPROP, ())
    assert broken.report is not None
    why = Rationale("syntax error in line 3", traceback="backprop.py:3")
    html = feedback_page(dossier("ann", replace(broken, report=replace(broken.report, problem=why))))
    assert "The file could not be run" in html
    assert "syntax error" not in html
