"""A sitting of an interview, by a clock of the test's own: what is graded, what counts, what is left and resumed."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import pytest

from etude.exercise import Exercise
from etude.metadata import read_text
from etude.practice.mock import Ending, Interview
from etude.practice.mock_examiner import Event, Graded, Left, NotGraded, Request
from etude.practice.mock_sitting import Sitting
from etude.practice.watch.files import read_answer
from etude.practice.watch.messages import Key, Saved, Suspended
from etude.report import Report
from tests.practice.interviews import EXERCISES, report


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

    def ring(self) -> None:
        self.lines.append("the bell")

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


def test_there_are_no_hints_until_the_bell(interview: Interview, bench: Bench) -> None:
    bench.run(interview, "h", "q")
    assert bench.lines == ["No hints until the bell."]


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
    assert bench.lines.count("the bell") == 1


def test_the_bell_rings_though_there_is_nothing_left_to_grade(interview: Interview, bench: Bench) -> None:
    def wait() -> None:
        bench.now += 600

    assert bench.run(interview, wait).ending is Ending.BELL
    assert bench.lines.count("the bell") == 1


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
