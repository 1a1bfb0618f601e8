"""An interview: what it draws, how its clock runs, what is kept, and what its report says."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from etude.errors import EtudeError
from etude.exercise import Exercise, Framework, Level
from etude.practice import mock_store
from etude.practice.mock import Ending, Interview
from etude.practice.mock_draw import draw
from etude.practice.mock_files import put_back
from etude.render.mock import clock, render_interview
from tests.practice.interviews import EXERCISES, report

# --- which questions


def exercise(name: str, chapter: str, level: Level = Level.WARM_UP) -> Exercise:
    return Exercise(Path("bank"), chapter, name, name, level, Framework.NUMPY, (name,), ())


BANK = [
    exercise(f"{level.name.lower()}_{chapter}_{n}", f"q{chapter:02}_chapter", level)
    for chapter in range(1, 5)
    for level in Level
    for n in range(3)
]


@pytest.mark.parametrize("minutes", [10, 25, 45, 90])
def test_the_questions_fit_the_time_and_no_further_one_would(minutes: int) -> None:
    for seed in range(20):
        drawn = draw(BANK, minutes, {}, seed)
        used = sum(exercise.minutes for exercise in drawn)
        assert minutes - 10 < used <= minutes
        assert len({exercise.id for exercise in drawn}) == len(drawn)


def test_the_same_seed_draws_the_same_whatever_order_the_bank_is_in() -> None:
    assert draw(BANK, 45, {}, 3) == draw(BANK[::-1], 45, {}, 3)
    assert len({tuple(exercise.id for exercise in draw(BANK, 45, {}, seed)) for seed in range(20)}) > 10


def test_chapters_are_varied() -> None:
    for seed in range(20):
        chapters = [exercise.chapter for exercise in draw(BANK, 45, {}, seed)]
        assert len(set(chapters)) == len(chapters)


def test_those_without_full_marks_come_first() -> None:
    best = {exercise.id: 1.0 for exercise in BANK if not exercise.id.endswith("_2")} | {"core_1_2": 0.99}
    for seed in range(20):
        assert all(exercise.id.endswith("_2") for exercise in draw(BANK, 45, best, seed))


def test_only_what_can_be_graded_here_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "etude.practice.mock_draw.missing_extras", lambda extras: tuple(each for each in extras if each == "torch")
    )
    torch = [dataclasses.replace(each, id=f"{each.id}_torch", framework=Framework.TORCH) for each in BANK]
    for seed in range(20):
        assert not any(exercise.framework is Framework.TORCH for exercise in draw(BANK + torch, 45, {}, seed))
    with pytest.raises(EtudeError, match=r"pip install 'etude\[torch\]'"):
        draw(torch, 45, {}, 1)


def test_nothing_to_draw_says_what_to_ask_for() -> None:
    with pytest.raises(EtudeError, match="give at least 20"):
        draw([exercise("a", "q01_chapter", Level.CORE)], 19, {}, 1)
    with pytest.raises(EtudeError, match="no exercise is left"):
        draw([], 45, {}, 1)


# --- the state


def test_time_is_spent_on_the_question_on_the_screen(interview: Interview) -> None:
    later = interview.after(30).turned(1).after(12.5).turned(1).after(1)
    assert [question.seconds for question in later.questions] == [31, 12.5]
    assert (later.used, later.left) == (43.5, 556.5)


def test_the_clock_never_runs_backwards_nor_over(interview: Interview) -> None:
    assert interview.after(-5) == interview
    over = interview.after(1e6)
    assert over.is_over
    assert (over.used, over.left, over.question.seconds) == (600, 0, 600)
    assert over.after(5) == over


def test_it_goes_round_and_round(interview: Interview) -> None:
    assert [interview.turned(by).question.exercise for by in (0, 1, 2, -1)] == ["double", "mean", "double", "mean"]


def test_the_last_grading_counts_also_when_it_is_worse(interview: Interview) -> None:
    later = interview.graded("double", "right", report("double", "right")).graded("double", "no", report("double"))
    assert (later.score, later.maximum, later.get("double").gradings) == (0, 2, 2)


def test_what_a_stub_earns_is_not_the_candidates(interview: Interview) -> None:
    over = interview.handed_in(Ending.BELL, {"double": "stub"})
    over = over.graded("double", "stub", report("double", "right"), begun=False)
    assert (over.score, over.maximum, over.get("double").full_marks) == (0, 2, False)


def test_only_what_changed_since_its_grading_waits_at_the_end(interview: Interview) -> None:
    later = interview.graded("double", "right", report("double", "right"))
    over = later.handed_in(Ending.BELL, {"double": "right", "mean": "other"})
    assert [question.exercise for question in over.waiting] == ["mean"]
    assert over.graded("mean", "other", report("mean")).waiting == ()
    assert over.not_graded("mean", "other", "a fault").waiting == ()
    assert over.not_graded("mean", "an older one", "a fault").waiting == over.waiting


def test_json_and_back(interview: Interview) -> None:
    later = interview.after(3.25).graded("double", "é", report("double")).handed_in(Ending.EARLY, {"mean": "m"})
    data = json.loads(json.dumps(later.to_json()))
    assert Interview.from_json(data) == later
    with pytest.raises(ValueError, match="format 9"):
        Interview.from_json({**data, "format_version": 9})


# --- what is kept


def test_it_is_kept_and_forgotten(interview: Interview) -> None:
    assert mock_store.load() is None
    mock_store.save(interview.after(1))
    mock_store.save(interview.after(2))
    assert mock_store.load() == interview.after(2)
    mock_store.forget()
    assert mock_store.load() is None
    mock_store.forget()


def test_what_is_kept_is_whole_though_the_power_fails_while_it_is_written(
    interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock_store.save(interview.after(1))

    def fail(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        mock_store.save(interview.after(2))
    assert mock_store.load() == interview.after(1)


def test_what_cannot_be_read_says_how_to_end_it_and_stands_in_nobodys_way(interview: Interview) -> None:
    mock_store.save(interview)
    mock_store.state_path().write_text('{"format_version": 9}')
    with pytest.raises(EtudeError, match="etude mock --abandon"):
        mock_store.load()
    assert not mock_store.in_interview("double")


def test_there_is_no_help_with_its_questions_while_it_is_open(interview: Interview) -> None:
    mock_store.refuse_in_interview("double")
    mock_store.save(interview)
    assert mock_store.in_interview("double")
    assert not mock_store.in_interview("affine")
    mock_store.refuse_in_interview("affine")
    with pytest.raises(EtudeError, match="double: is a question of the interview"):
        mock_store.refuse_in_interview("double")


def test_one_sitting_at_a_time() -> None:
    with mock_store.sitting(), pytest.raises(EtudeError, match="another terminal"), mock_store.sitting():
        pass
    with mock_store.sitting():
        pass


def test_a_data_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(EtudeError) as raised, mock_store.sitting():
        pass
    problem, fix = "the interview cannot be kept (File exists)", "see that its folder can be written"
    assert str(raised.value).startswith(f"{tmp_path / 'data' / 'mock.json'}: {problem}: {fix}, or name another in ")


def test_files_that_are_gone_are_put_back_as_they_count(interview: Interview) -> None:
    interview = interview.graded("mean", "right", report("mean", "right"))
    double, mean = (interview.path(question) for question in interview.questions)
    assert put_back(interview, EXERCISES) == []
    shutil.rmtree(interview.folder)
    assert put_back(interview, EXERCISES) == [double, mean]
    assert double.read_text() == EXERCISES["double"].stub_path.read_text()
    assert mean.read_text() == "right"
    double.write_text("my own")
    assert put_back(interview, EXERCISES) == []
    shutil.rmtree(interview.folder)
    Path(interview.folder).write_text("a file where the folder should be")
    with pytest.raises(EtudeError, match=r"double.py: is gone, and cannot be written again .*etude mock --abandon"):
        put_back(interview, EXERCISES)


# --- the report


def shown(interview: Interview, width: int = 80, encoding: str = "utf-8") -> str:
    with open(os.devnull, "w", encoding=encoding, errors="backslashreplace") as nowhere:
        console = Console(file=nowhere, width=width, record=True, highlight=False, markup=False, emoji=False)
        render_interview(interview, console)
        return console.export_text()


@pytest.fixture
def finished(interview: Interview) -> Interview:
    missed = interview.after(700 / 7).turned(1).after(50).graded("double", "no", report("double"))
    return missed.graded("mean", "right", report("mean", "right")).handed_in(Ending.EARLY, {})


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_says_what_was_missed_and_what_to_study(finished: Interview, width: int) -> None:
    text = shown(finished, width)
    lines = [line.split() for line in text.splitlines()]
    assert ["double", "warm-up", "1:40", "10:00", "1", "0/2"] in lines
    assert ["total", "2:30", "30:00", "2", "2/4"] in lines
    assert "secret 42" in text
    assert "etude solution double" in text
    assert "etude solution mean" not in text
    assert "etude list --chapter 1" in text
    assert max(map(len, text.splitlines())) <= width


def test_the_report_of_full_marks(interview: Interview) -> None:
    for name in ("double", "mean"):
        interview = interview.graded(name, "right", report(name, "right"))
    assert "Nothing was missed" in shown(interview.handed_in(Ending.BELL, {}))


def test_the_report_without_unicode_and_with_what_a_terminal_would_obey(finished: Interview) -> None:
    question = dataclasses.replace(finished.questions[0], fault="\x1b[2Jé", report=None)
    text = shown(dataclasses.replace(finished, questions=(question, *finished.questions[1:])), encoding="ascii")
    assert "\x1b" not in text
    assert "─" not in text


def test_the_clock_is_rounded_up() -> None:
    assert [clock(seconds) for seconds in (0, 0.1, 59.5, 60, 2700, 6000)] == [
        "0:00", "0:01", "1:00", "1:00", "45:00", "100:00",
    ]  # fmt: skip
