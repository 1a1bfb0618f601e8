"""An interview: what it draws, how its clock runs, what counts, and what is kept."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import pytest
from rich.console import Console

from etude.catalog import Catalog
from etude.errors import EtudeError
from etude.exercise import Exercise, Framework, Level
from etude.metadata import read_text
from etude.practice import mock_store
from etude.practice.mock import Ending, Interview, Question
from etude.practice.mock_draw import draw
from etude.practice.mock_examiner import Event, Graded, Key, Left, NotGraded, Request, Suspended
from etude.practice.mock_sitting import Sitting
from etude.practice.watch.files import read_answer
from etude.practice.watch.messages import Saved
from etude.render.mock import clock, render_interview
from etude.report import Category, CheckResult, Isolation, Rationale, Report, Status

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
EXERCISES = {exercise.id: exercise for exercise in Catalog.load([MINI])}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))


def report(exercise: str, source: str = "", points: int = 2) -> Report:
    """Full marks where the source says `right`."""
    right = "right" in source
    why = None if right else Rationale("All values differ.", wanted="secret 42")
    status = Status.PASSED if right else Status.FAILED
    check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, points, status, 0.001, why)
    return Report(exercise, f"{exercise}.py", 5, "full", "cpu", Isolation("kernel", 7, True), 0.1, (check,))


@pytest.fixture
def interview(tmp_path: Path) -> Interview:
    """Ten minutes for two questions; their stubs are written."""
    folder = tmp_path / "mock"
    folder.mkdir()
    for name in ("double", "mean"):
        (folder / f"{name}.py").write_text(read_text(EXERCISES[name].stub_path))
    questions = tuple(Question.of(EXERCISES[name]) for name in ("double", "mean"))
    return Interview("f" * 32, "2026-03-01T12:00:00+00:00", 7, 600.0, str(folder), (str(MINI),), questions)


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


# --- a sitting


class Impatient(SimpleQueue[Event]):
    """Waits for nothing: where it is empty, the time is over."""

    def get(self, block: bool = True, timeout: float | None = None) -> Event:
        return super().get(block=False)


class Bench:
    """A clock to be set, an examiner that answers when it is told to, and a screen that remembers."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.events = Impatient()
        self.requests: list[Request] = []
        self.prompts: list[str] = []
        self.reports: list[Report] = []
        self.lines: list[str] = []
        self.graded: list[str] = []
        self.kept: list[Interview] = []
        self.script: Iterator[object] = iter(())

    def question(self, interview: Interview, exercise: Exercise) -> None:
        self.prompts.append(exercise.id)

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def suspend(self) -> None:
        self.now += 60

    def status(self, interview: Interview, grading: str, sure: bool) -> None:
        """Before each wait, the next thing of the script happens."""
        step = next(self.script, Left())
        match step:
            case float() | int():
                self.now += step
            case str():
                self.events.put(Key(step))
            case Callable() if callable(step):  # type: ignore[misc]
                step()
            case _:
                self.events.put(step)  # type: ignore[arg-type]

    def run(self, interview: Interview, *script: object) -> Interview:
        self.script = iter(script)
        sitting = Sitting(
            interview, EXERCISES, self.events, self.requests.append, self.kept.append, self, lambda: self.now
        )
        return sitting.run()

    def answer(self) -> None:
        """The examiner has graded the first that it was asked for."""
        request = self.requests.pop(0)
        source = request.submission.source
        self.graded.append(source)
        self.events.put(Graded(request, report(request.exercise.id, source)))


@pytest.fixture
def bench() -> Bench:
    return Bench()


Write = Callable[[str, str], Saved]


@pytest.fixture
def write(interview: Interview) -> Write:
    """Write an answer; the event that tells of it."""

    def write(exercise: str, source: str) -> Saved:
        path = Path(interview.folder, f"{exercise}.py")
        path.write_text(source)
        return Saved(exercise, path, read_answer(path))

    return write


def test_leaving_stops_the_clock(interview: Interview, bench: Bench) -> None:
    left = bench.run(interview, 10, "n", 20, "q")
    assert (left.used, left.ending) == (30, None)
    assert bench.kept[-1] == left
    bench.now += 1e6  # nobody sits it
    again = bench.run(left, 5, "q")
    assert (again.used, [question.seconds for question in again.questions]) == (35, [10, 25])
    assert bench.prompts == ["double", "mean", "mean"]


def test_the_clock_runs_on_while_it_is_suspended(interview: Interview, bench: Bench) -> None:
    assert bench.run(interview, 10, Suspended(), "q").used == 70


def test_an_interrupt_loses_nothing(interview: Interview, bench: Bench) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.run(interview, 10, interrupt)
    assert bench.kept[-1].used == 10


def test_the_state_is_kept_every_few_seconds(interview: Interview, bench: Bench) -> None:
    bench.run(interview, *[1] * 10)
    used = [kept.used for kept in bench.kept]
    assert max(later - earlier for earlier, later in itertools.pairwise(used)) <= 2


def test_setting_the_clock_of_the_machine_changes_nothing(
    interview: Interview, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = iter([0.0, 86_400.0, -86_400.0 * 365, 7_200.0])
    wrong = {"now": 0.0}

    def set_clock() -> None:
        wrong["now"] = next(shift)

    class Moved(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time(), UTC)

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + wrong["now"])
    monkeypatch.setattr("datetime.datetime", Moved)
    monkeypatch.setattr("etude.database.datetime", Moved)
    steps: list[object] = []
    for _ in range(4):
        steps += [set_clock, 10]
    done = bench.run(interview, *steps, "q")
    assert (done.used, done.ending) == (40, None)
    begun = time.monotonic()  # and so with the clock that it uses when it is given none
    bench.script = iter([set_clock, "q"])
    shift = iter([86_400.0])
    sitting = Sitting(interview, EXERCISES, bench.events, bench.requests.append, bench.kept.append, bench)
    assert sitting.run().used <= time.monotonic() - begun


def test_feedback_is_that_of_an_exam(interview: Interview, bench: Bench, write: Write) -> None:
    left = bench.run(interview, write("double", "wrong"), bench.answer, "q")
    assert bench.reports == [report("double").for_exam()]
    kept = left.get("double").report
    assert kept is not None
    assert kept.checks[0].rationale is not None


def test_it_is_graded_at_a_save_and_at_a_key(interview: Interview, bench: Bench, write: Write) -> None:
    left = bench.run(
        interview,
        write("mean", "right"), bench.answer,  # also one that is not on the screen
        write("mean", "right"),  # nothing has changed
        "n", "g", bench.answer,  # the key grades all the same
        "q",
    )  # fmt: skip
    assert [question.gradings for question in left.questions] == [0, 2]
    assert bench.requests == []


def test_the_newest_save_is_graded_after_the_one_that_runs(interview: Interview, bench: Bench, write: Write) -> None:
    saves = [write("double", source) for source in ("one", "two", "three")]
    left = bench.run(interview, *saves, bench.answer, bench.answer, "q")
    assert (left.get("double").source, left.get("double").gradings) == ("three", 2)


def test_the_stub_is_not_graded(interview: Interview, bench: Bench, write: Write) -> None:
    bench.run(interview, write("double", read_text(EXERCISES["double"].stub_path)), "g", "q")
    assert bench.requests == []
    assert any("still the stub" in line for line in bench.lines)


def test_a_file_that_cannot_be_read_is_told_of(interview: Interview, bench: Bench) -> None:
    Path(interview.folder, "double.py").unlink()
    bench.run(interview, "g", "q")
    assert any("there is no such file" in line for line in bench.lines)


def test_at_the_bell_the_files_as_they_stand_are_graded_once(interview: Interview, bench: Bench, write: Write) -> None:
    first = write("double", "wrong")

    def change() -> None:
        write("double", "right")  # and nobody has heard of it
        bench.now += 600

    over = bench.run(interview, first, bench.answer, change, bench.answer, bench.answer)
    assert over.ending is Ending.BELL
    assert over.used == 600
    assert (over.score, over.maximum) == (2, 4)
    assert [question.begun for question in over.questions] == [True, False]
    assert [question.gradings for question in over.questions] == [1, 0]
    assert len(bench.reports) == 1  # none after the bell but in the report


def test_at_the_bell_what_waited_for_its_turn_gives_way_to_the_file_as_it_stands(
    interview: Interview, bench: Bench, write: Write
) -> None:
    saves = [write("double", "one"), write("double", "two")]
    write("double", "right")
    over = bench.run(interview, *saves, 600, bench.answer, bench.answer, bench.answer)
    assert (over.get("double").source, over.get("double").gradings) == ("right", 0)
    assert bench.graded == ["one", "right", read_text(EXERCISES["mean"].stub_path)]


def test_the_stub_of_a_question_not_begun_is_graded_and_not_recorded(interview: Interview, bench: Bench) -> None:
    bench.run(interview, 600)
    assert [request.begun for request in bench.requests] == [False]


def test_a_grading_that_was_asked_for_before_the_bell_is_let_finish(
    interview: Interview, bench: Bench, write: Write
) -> None:
    over = bench.run(interview, write("double", "right"), 600, bench.answer, bench.answer)
    assert over.get("double").report == report("double", "right")
    assert bench.requests == []  # the file has not changed since: it is not graded again


def test_a_file_saved_after_the_bell_does_not_count(interview: Interview, bench: Bench, write: Write) -> None:
    write("double", "wrong")

    def late() -> None:
        bench.events.put(write("double", "right"))

    over = bench.run(interview, 600, late, bench.answer, bench.answer)
    assert over.get("double").source == "wrong"
    assert over.score == 0


def test_a_key_or_a_save_heard_after_the_bell_asks_for_nothing(
    interview: Interview, bench: Bench, write: Write
) -> None:
    def at_the_bell() -> None:
        bench.now += 600
        bench.events.put(Key("g"))
        bench.events.put(write("mean", "right"))

    over = bench.run(interview, at_the_bell, bench.answer, lambda: None, bench.answer)
    assert [question.gradings for question in over.questions] == [0, 0]
    assert over.score == 2  # as the file stood


def test_what_was_graded_last_counts_where_the_file_is_gone(interview: Interview, bench: Bench, write: Write) -> None:
    saved = write("double", "right")
    Path(interview.folder, "double.py").unlink()
    over = bench.run(interview, saved, bench.answer, 600, bench.answer)
    assert over.get("double").report == report("double", "right")


def test_finishing_is_asked_twice(interview: Interview, bench: Bench) -> None:
    assert bench.run(interview, "f", "w", "f", "q").ending is None
    over = bench.run(interview, 60, "f", "f", bench.answer, bench.answer)
    assert (over.ending, over.used) == (Ending.EARLY, 60)


def test_what_waits_to_be_graded_after_the_bell_can_be_left_and_resumed(
    interview: Interview, bench: Bench, write: Write
) -> None:
    write("double", "right")
    left = bench.run(interview, 600, "q")
    assert [question.exercise for question in left.waiting] == ["double", "mean"]
    write("double", "something else, in the meantime")
    bench.requests.clear()
    over = bench.run(left, bench.answer, bench.answer)
    assert (over.waiting, over.score) == ((), 2)


def test_a_fault_of_the_judge_does_not_stop_the_end(interview: Interview, bench: Bench, write: Write) -> None:
    write("double", "right")

    def fail() -> None:
        bench.events.put(NotGraded(bench.requests.pop(0), "grader test_double.py: NameError"))

    over = bench.run(interview, "g", fail, 600, fail, bench.answer)
    assert over.ending is Ending.BELL
    assert over.get("double").fault == "grader test_double.py: NameError"


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
