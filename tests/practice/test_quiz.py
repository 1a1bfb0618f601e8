"""`etude quiz`: which questions are asked, what counts as right, what is kept; in this process and in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result

from etude.cli import main
from etude.database import Database, default_path
from etude.events import Event, EventKind, Events
from etude.practice.quiz import chosen, last_answers
from etude.questions.question import Posed, Question
from etude.questions.reply import ReplyError, read_choice, read_number

FILE = """
[[question]]
id = "area"
ask = "A layer of {height}×{width} has how many weights?"
draw = { height = [2, 3, 4, 5], width = [7, 11, 13, 17] }
answer = "height * width"
explain = "It has {height}·{width} = {answer}."
unit = "weights"

[[question]]
id = "slope"
ask = "A sigmoid gives {s}; its slope?"
draw = { s = [0.1, 0.2, 0.3] }
answer = "s * (1 - s)"
explain = "It is {answer}."
"""
CHOICE = """
[[question]]
id = "sky"
ask = "Which colour has the sky?"
choices = ["blue", "red", "green", "white"]
explain = "**Blue**, by day."
"""


def question(name: str, chapter: str = "q01_basics") -> Question:
    return Question(Path("bank", "exercises", chapter, "quiz.toml"), name, "?", ".", choices=("a", "b", "c"))


def numeric(answer: float, tolerance: float = 0.0, unit: str = "") -> Posed:
    return Posed("x", "q01_basics", "?", ".", answer=answer, tolerance=tolerance, unit=unit)


@pytest.fixture(autouse=True)
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two questions in q01_basics, one in q02_more."""
    for chapter, text in (("q01_basics", FILE), ("q02_more", CHOICE)):
        (tmp_path / "bank" / "exercises" / chapter).mkdir(parents=True)
        (tmp_path / "bank" / "exercises" / chapter / "quiz.toml").write_text(text)
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(tmp_path / "bank"))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "bank"


def quiz(*arguments: str, answers: str = "") -> Result:
    result = CliRunner().invoke(main, ["quiz", *arguments], input=answers, prog_name="etude")
    assert "Traceback" not in result.output
    return result


def kept() -> list[Event]:
    return Events(Database(default_path())).of(EventKind.QUIZ)


def right_area(asked: str) -> int:
    height, width = re.findall(r"(\d+)×(\d+)", asked)[-1]
    return int(height) * int(width)


# What is asked


def test_the_same_seed_asks_the_same() -> None:
    assert quiz("--all", "--seed", "4").output == quiz("--all", "--seed", "4").output
    assert len({quiz("1", "--all", "--seed", str(seed)).output for seed in range(20)}) > 5


def test_the_same_seed_asks_the_same_whatever_was_answered_before() -> None:
    before = quiz("--count", "2", "--seed", "4", answers="1\n1\n").output
    assert kept()
    assert quiz("--count", "2", "--seed", "4", answers="1\n1\n").output == before


def test_a_question_is_posed_alike_whatever_else_is_asked() -> None:
    """The same seed gives it the same values and the same order of choices."""
    together, alone = (quiz(*chapters, "--all", "--seed", "9", answers="\n" * 3).output for chapters in ((), ("2",)))
    choices = re.findall(r"^ +\d\. \w+", alone, re.MULTILINE)
    assert len(choices) == 4
    assert re.findall(r"^ +\d\. \w+", together, re.MULTILINE) == choices


def test_choices_come_in_every_order_and_the_right_one_moves_along() -> None:
    posed = [question("x").posed(seed) for seed in range(100)]
    assert len({one.choices for one in posed}) == 6
    assert all(one.choices[one.right] == "a" for one in posed)


def test_what_was_never_asked_or_answered_wrong_comes_first() -> None:
    questions = [question(name) for name in "abcdef"]
    last = {"a": True, "b": False, "c": True}
    for seed in range(20):
        order = [one.id for one in chosen(questions, None, seed, last)]
        assert set(order[:4]) == {"b", "d", "e", "f"}
        assert [one.id for one in chosen(questions, 3, seed, last)] == order[:3]
    assert len({chosen(questions, 1, seed, last)[0].id for seed in range(50)}) == 4


def test_the_last_answer_counts() -> None:
    assert quiz("2", "--seed", "1", answers=f"{sky(1)}\n").exit_code == 0
    assert quiz("2", "--seed", "1", answers="\n").exit_code == 0
    assert last_answers(kept()) == {"sky": False}


def sky(seed: int) -> int:
    """The right choice's number."""
    choices = ("blue", "red", "green", "white")
    path = Path("bank", "exercises", "q02_more", "quiz.toml")
    return Question(path, "sky", "?", ".", choices=choices).posed(seed).right + 1


def test_only_what_was_missed() -> None:
    quiz("2", "--seed", "1", answers=f"{sky(1)}\n")
    quiz("1", "--all", "--seed", "1", answers="0\n0\n")
    output = quiz("--missed", "--all", answers="\n" * 5).output
    assert "question 2 of 2" in output
    assert "sky" not in output
    assert "missed none" in quiz("2", "--missed").output


@pytest.mark.parametrize("name", ["2", "q02", "more", "q02_more"])
def test_a_chapter_has_several_names(name: str) -> None:
    assert "question 1 of 1" in quiz(name).output


# What counts as right


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *(("0.5", 0.5), (".5", 0.5), ("5.", 5), ("-3", -3), ("−3", -3), ("+3", 3), ("1e-3", 0.001), ("2E3", 2000)),
        *(("3/4", 0.75), ("-1 / 8", -0.125), ("1,024", 1024), ("1,234,567.5", 1234567.5), ("1_024", 1024)),
        *(("50 %", 0.5), ("12.5%", 0.125), (" 7 ", 7)),
    ],
)
def test_numbers_as_people_type_them(typed: str, value: float) -> None:
    assert read_number(typed) == value


@pytest.mark.parametrize(
    "typed", ["", "x", "nan", "inf", "1,02", "0,5", "1/0", "1/2/3", "1e9999", "--1", "0x10", ".", "²", "5 px", "%"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ReplyError):
        read_number(typed)


def test_the_unit_may_be_typed_too() -> None:
    assert read_number("16 pixels", "pixels") == 16
    assert read_number("50 %", "%") == 50


@pytest.mark.parametrize(("typed", "place"), [("1", 0), ("4", 3), ("a", 0), ("D", 3), ("2.", 1), ("b)", 1)])
def test_a_choice_by_number_or_letter(typed: str, place: int) -> None:
    assert read_choice(typed, 4) == place


@pytest.mark.parametrize("typed", ["0", "5", "e", "ab", "", "1.5", "²", "9" * 5000])
def test_what_is_no_choice_is_refused(typed: str) -> None:
    with pytest.raises(ReplyError):
        read_choice(typed, 4)


def test_a_whole_number_is_exact_and_a_fraction_near_enough() -> None:
    whole = Question(Path("q01_x/quiz.toml"), "x", "{a}", "{answer}", draw={"a": [400, 400]}, answer="a * 1000")
    fraction = Question(Path("q01_x/quiz.toml"), "x", "{a}", "{answer}", draw={"a": [400, 400]}, answer="a / 3")
    assert whole.posed(1).is_right(400_000)
    assert not whole.posed(1).is_right(400_001)
    assert fraction.posed(1).is_right(133.3)
    assert not fraction.posed(1).is_right(135)
    assert not numeric(0.0, 0.005).is_right(0.001)
    assert numeric(2.0, 0.1).is_right(2.2)
    assert numeric(-2.0, 0.1).is_right(-2.2)


# The command


def test_the_answer_is_computed_from_what_was_drawn() -> None:
    for seed in ("1", "2", "3"):
        questions = quiz("1", "--all", "--seed", seed, answers="\n\n").output
        area = right_area(questions.partition(" has how many")[0])
        assert f"It is {area} weights." in questions


def test_each_answer_is_judged_and_kept() -> None:
    result = quiz("2", "--seed", "1", answers=f"{sky(1)}\n")
    assert "✓ Right." in result.output
    assert "Blue, by day." in result.output
    (event,) = kept()
    assert (event.subject, event.body) == ("sky", {"chapter": "q02_more", "right": True, "seed": 1})


def test_a_wrong_answer_is_told_the_right_one_and_the_chapter_to_study() -> None:
    result = quiz("2", "--seed", "1", answers=f"{sky(1) % 4 + 1}\n")
    assert f"✗ Wrong: it is {sky(1)}. blue\n" in re.sub(" +\n", "\n", result.output)
    assert "To study: Q2 More." in result.output
    assert "etude list --chapter q02 " in result.output
    assert kept()[0].body["right"] is False


def test_enter_alone_passes() -> None:
    output = quiz("2", "--seed", "1", answers="\n").output
    assert f"– It is {sky(1)}. blue " in output
    assert kept()[0].body["right"] is False


def test_what_was_passed_is_told_apart_from_what_was_wrong() -> None:
    wrong = quiz("2", "--seed", "1", answers=f"{sky(1) % 4 + 1}\n").output
    assert "passed" not in wrong
    output = quiz("1", "--all", "--seed", "1", answers="0\n\n").output
    table = [line.split() for line in output.partition(" right ")[2].splitlines()[:2]]
    assert table == [["asked", "passed"], ["Q1", "Basics", "0", "2", "1"]]
    assert "To study: Q1 Basics." in output


def test_what_is_no_answer_is_asked_again() -> None:
    result = quiz("2", "--seed", "1", answers=f"seven\n9\n{sky(1)}\n")
    assert result.output.count("Type a number from 1 to 4; Enter alone passes, q leaves.") == 2
    assert [event.body["right"] for event in kept()] == [True]


@pytest.mark.parametrize("leaving", ["q\n", "Q\n", ""])
def test_q_and_the_end_of_the_input_leave_and_keep_what_was_answered(leaving: str) -> None:
    result = quiz("--all", "--seed", "1", answers=f"\n{leaving}")
    assert result.exit_code == 0
    assert result.output.count("question ") == 2
    assert "right  asked" in result.output
    assert len(kept()) == 1


def test_at_the_end_of_the_input_the_shell_gets_a_line_of_its_own() -> None:
    output = quiz("2", answers="").output
    assert output.endswith("1 to 4: \n")


def test_leaving_at_once_keeps_and_shows_nothing() -> None:
    assert "right  asked" not in quiz("--all", answers="q\n").output
    assert kept() == []


def test_a_mistake_in_a_file_is_one_line(bank: Path) -> None:
    path = bank / "exercises" / "q02_more" / "quiz.toml"
    path.write_text(CHOICE.replace("explain", "explane"))
    result = quiz()
    assert result.exit_code == 2
    assert result.stderr.startswith(f"etude: {path}: question sky: unknown key 'explane'")
    assert len(result.stderr.splitlines()) == 1
    assert quiz("1").exit_code == 0, "of a chapter that is not asked for it does not stand in the way"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(["7"], "7: no such chapter: there are q01_basics, q02_more"), (["--count", "0"], "--count")],
)
def test_bad_input(arguments: list[str], problem: str) -> None:
    result = quiz(*arguments)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_bank_without_questions(bank: Path) -> None:
    for path in bank.glob("exercises/*/quiz.toml"):
        path.unlink()
    result = quiz()
    assert result.exit_code == 2
    assert "there are no quick questions" in result.stderr


def test_a_database_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    result = quiz("2", "--seed", "1", answers=f"{sky(1)}\n")
    assert result.exit_code == 0
    assert "✓ Right." in result.stdout
    assert "this was not noted" in result.stderr


def test_a_file_cannot_speak_to_the_terminal(bank: Path) -> None:
    path = bank / "exercises" / "q02_more" / "quiz.toml"
    bad = r"\u001b[2Jgone\u202e [red]x[/red]"
    path.write_text(
        f'[[question]]\nid = "bad"\nask = "ask {bad}"\ndraw = {{ a = ["{bad}", "x"] }}\n'
        f'choices = ["{{a}} 1", "{bad} 2", "3"]\nexplain = "why {bad}"\n'
    )
    output = "".join(quiz("2", "--seed", str(seed), answers=f"{bad}\n\n").output for seed in range(3))
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert r"ask \x1b[2Jgone" in output
    assert "[red]x[/red]" in output


def test_quick_questions_import_no_framework() -> None:
    code = (
        "import sys; from etude.cli import main; main(['quiz'], standalone_mode=False); print('numpy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], input="1\n", capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "False"


# In a terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Callable[..., pexpect.spawn[str]]:
    def spawn(*arguments: str) -> pexpect.spawn[str]:
        command = ["-c", "from etude.cli import main; main()", "quiz", *arguments]
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
        size = (40, 80)
        return pexpect.spawn(
            sys.executable, command, env=environment, encoding="utf-8", timeout=60, dimensions=size, cwd=str(tmp_path)
        )

    return spawn


def test_a_round_in_a_terminal(terminal: Callable[..., pexpect.spawn[str]]) -> None:
    child = terminal("--all", "--seed", "6")
    right = 0
    for number in (1, 2, 3):
        child.expect(f"question {number} of 3")
        match child.expect(["has how many", "its slope", "Which colour"]):
            case 0:
                reply = right_area(child.before)
            case 1:
                reply = 0
            case _:
                reply = sky(6)
        child.expect("in weights: |a number, within 0.5 %: |1 to 4: ")
        child.sendline(str(reply))
        right += child.expect(["Wrong: it is", "Right\\."])
    child.expect("all +2 +3")
    child.expect(pexpect.EOF)
    child.close()
    assert (right, child.exitstatus) == (2, 0)
    assert {event.subject: event.body["right"] for event in kept()} == {"area": True, "slope": False, "sky": True}


def test_interrupted_in_a_terminal(terminal: Callable[..., pexpect.spawn[str]]) -> None:
    child = terminal("--all", "--seed", "6")
    child.expect("question 1 of 3")
    child.expect(": ")
    child.sendline("")
    child.expect("question 2 of 3")
    child.expect("in weights: |a number, within 0.5 %: |1 to 4: ")
    child.sendintr()
    child.expect("right  asked")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in child.before
    assert len(kept()) == 1
