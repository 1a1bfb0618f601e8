"""Question files: every mistake is a line that names the file, the question and the mend; nothing in one does harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from etude.authoring.fault import Fault
from etude.authoring.quiz import FEWEST_QUESTIONS, audit_quizzes
from etude.authoring.structure import audit_folders
from etude.catalog import shipped_bank
from etude.cli import main
from etude.errors import CatalogError
from etude.questions.expression import FUNCTIONS, ExpressionError, evaluate, names_in
from etude.questions.question_file import find_question_files, load_questions
from etude.questions.template import TemplateError, fill

RIGHT = {
    "id": '"area"',
    "ask": '"What is {a} times {b}?"',
    "draw": "{ a = [2, 3], b = [5, 7] }",
    "answer": '"a * b"',
    "explain": '"It is {answer}."',
}
CHOICE = {"id": '"sky"', "ask": '"Which colour?"', "choices": '["blue", "red", "green"]', "explain": '"So: {answer}."'}


def table(keys: dict[str, str], **changes: str | None) -> str:
    """A [[question]] with these keys, each of `changes` put in place, or left out where it is None."""
    lines = [f"{key} = {value}" for key, value in {**keys, **changes}.items() if value is not None]
    return "\n".join(["[[question]]", *lines, ""])


def bank_with(folder: Path, text: str, chapter: str = "q01_basics") -> Path:
    path = folder / "exercises" / chapter / "quiz.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def faults(folder: Path, text: str) -> list[Fault]:
    """What the audit finds, but that there are too few questions."""
    bank_with(folder, text)
    return [fault for fault in audit_quizzes([folder]) if "questions that can be asked" not in fault.problem]


def test_a_right_question_of_each_kind_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, table(RIGHT) + table(CHOICE)) == []


@pytest.mark.parametrize(
    ("text", "problem", "mend"),
    [
        (table(RIGHT, anser='"a"'), "question area: unknown key 'anser'", "the keys are id, ask, draw"),
        (table(RIGHT, explain=None), "question area: 'explain' missing", "add a line `explain = …`"),
        (table(RIGHT, id=None), "question 1: 'id' missing", "add a line `id = …`"),
        (table(RIGHT, id='"two words"'), "question 1: id is 'two words'", "a name like"),
        (table(RIGHT, answer=None), "has neither of 'answer' and 'choices'", "write one"),
        (table(CHOICE, answer='"1"'), "question sky: has both of 'answer' and 'choices'", "write one"),
        (table(CHOICE, unit='"m"'), "'unit' means nothing beside choices", "delete it"),
        (table(CHOICE, choices='["blue", "red"]'), "choices is ['blue', 'red']", "3 to 5 texts"),
        (table(CHOICE, choices='["blue", "red", "blue"]'), "two choices are the same", "write other choices"),
        (table(RIGHT, ask="3"), "ask is 3", "write what is asked"),
        (table(RIGHT, draw="{ a = [2], b = [5, 7] }"), "draw is {'a': [2], 'b': [5, 7]}", "two or more"),
        (table(RIGHT, draw="{ a = [2, 2], b = [5, 7] }"), "draw is", "each value once"),
        (table(RIGHT, draw="{ a = [2, inf], b = [5, 7] }"), "draw is", "write { name ="),
        (table(RIGHT, draw=f"{{ a = {[*range(50)]}, b = {[*range(50)]} }}"), "2,500 combinations", "fewer values"),
        (
            table(RIGHT, draw="{ a = [2, 3], b = [5, 7], c = [1, 2] }"),
            "'c' is given a value and never used",
            "delete it",
        ),
        (table(RIGHT, answer='"a * b * c"'), "answer names 'c', which is neither drawn nor let", "draw it"),
        (table(RIGHT, ask='"{a} times {c}, {b}?"'), "ask names 'c', which is neither drawn nor let", "draw it"),
        (table(RIGHT, ask='"{a} times {b}: {answer}"'), "ask names 'answer'", "draw it"),
        (table(RIGHT, let='{ a = "b" }'), "let a gives 'a' a second value", "otherwise"),
        (
            table(RIGHT, let='{ sqrt = "b" }', explain='"{sqrt} {answer}"'),
            "'sqrt' cannot be a name for a value",
            "like fan_in",
        ),
        (table(RIGHT, let='{ c = "b +" }'), "let c `b +` is no expression", "write arithmetic"),
        (table(RIGHT, ask='"{a} {b} {c"'), "ask has a brace without its partner", "a literal brace twice"),
        (table(RIGHT, ask='"{a} {b} {}"'), "ask holds the field {}", "a literal brace twice"),
        (table(RIGHT, let='{ c = "[[a], [b]]" }', explain='"{c} {answer}"'), "let c is [[2], [5]]", "mend its let"),
        (table(RIGHT, tolerance="2"), "tolerance is 2", "between 0 and 1"),
        (table(RIGHT, explain='"So it is."'), "explain does not show {answer}", "show it"),
        (table(RIGHT, answer='"a / b / 100"', explain='"{answer:.2f}"'), "is shown as 0.00, which", "more digits"),
        (table(RIGHT, answer='"a * b // (b - 5)"'), "has no value (integer division or modulo by zero)", "its answer"),
        (table(RIGHT, answer='"a > b"'), "answer is False, which is no finite number", "mend its answer"),
        (table(RIGHT, answer='"a * b * 0"'), "the answer is always 0", "depend on values that are drawn"),
        (table(RIGHT, ask='"What is {a} times b?"'), "depends on a value that ask does not show", "show each value"),
        (table(RIGHT, ask='"{a:d} {b[0]}"'), "ask cannot show {b[0]}", "mend its ask"),
        (table(RIGHT) + table(RIGHT), "question area: the id is taken in", "name it otherwise"),
        ("title = 'x'\n" + table(RIGHT), "unknown key 'title'", "[[question]]"),
        ("question = 3", "holds no questions", "[[question]]"),
        ("question = [", "is not TOML", "mend that line"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, text: str, problem: str, mend: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.path == tmp_path / "exercises" / "q01_basics" / "quiz.toml"
    assert problem in fault.problem
    assert mend in fault.mend


def test_a_combination_that_goes_wrong_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, table(RIGHT, answer='"a * b // (b - 7)"'))
    assert fault.problem.endswith("where a = 2, b = 7")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = table(RIGHT, anser='"a"', ask="3") + table(CHOICE, explain=None)
    assert [fault.problem.split(":")[0] for fault in faults(tmp_path, text)] == ["question area"] * 2 + ["question sky"]


def test_too_few_questions(tmp_path: Path) -> None:
    path = bank_with(tmp_path, table(RIGHT))
    problem, mend = "1 questions that can be asked", f"write {FEWEST_QUESTIONS} at least"
    assert [*audit_quizzes([tmp_path])] == [Fault(path, problem, mend)]


def test_the_file_has_a_place_in_a_chapter_and_nowhere_else(tmp_path: Path) -> None:
    bank_with(tmp_path, table(RIGHT))
    astray = tmp_path / "graders" / "q01_basics" / "quiz.toml"
    astray.parent.mkdir(parents=True)
    astray.write_text("")
    assert [fault.path for fault in audit_folders(tmp_path)] == [astray]


def test_the_audit_tells_of_questions_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = bank_with(tmp_path, table(RIGHT, explain=None))
    result = CliRunner().invoke(main, ["audit", "--only", "quiz", "--bank", str(tmp_path), "--only-bank"])
    assert result.exit_code == 1
    assert f"{path}: question area: 'explain' missing: add a line `explain = …`" in result.stdout.splitlines()


def test_ids_are_unique_among_all_chapters_and_banks(tmp_path: Path) -> None:
    paths = [bank_with(tmp_path / "a", table(RIGHT)), bank_with(tmp_path / "b", table(RIGHT), "q02_more")]
    with pytest.raises(CatalogError, match=f"question area: the id is taken in {paths[0]}"):
        load_questions(paths)


def test_a_folder_that_is_no_chapter(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="'basics' is not a chapter's name"):
        load_questions([bank_with(tmp_path, table(RIGHT), "basics")])


def test_the_shipped_questions_are_in_order() -> None:
    assert [str(fault) for fault in audit_quizzes([shipped_bank()])] == []


@pytest.mark.parametrize("chapter", sorted(path.name for path in (shipped_bank() / "exercises").glob("q*")))
def test_each_shipped_chapter_has_its_questions_of_both_kinds(chapter: str) -> None:
    paths = [path for path in find_question_files([shipped_bank()]) if path.parent.name == chapter]
    questions = load_questions(paths)
    assert len(questions) >= FEWEST_QUESTIONS
    assert {bool(question.choices) for question in questions} == {True, False}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 // 2 + 2 ** 3 % 5", 6),
        ("max(scores) if len(scores) > 2 else -1", 5),
        ("sum(x * x for x in scores) / scores[0]", 30),
        ("round(sqrt(2), 2)", 1.41),
        ("round(2.6)", 3),
        ("(1 - 0.001) ** 2000", pytest.approx(0.1352, abs=1e-4)),
        ("log2(8) + floor(2.7) + ceil(0.1) + abs(-1)", 7),
    ],
)
def test_arithmetic(expression: str, value: float) -> None:
    assert evaluate(expression, {"scores": [1, 2, 5]}) == value


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "2 ** -9**9",
        "round(1, -9**9)",
        "[0] * 10**9",
        "'a' * 10**9",
        "1e99 * 1e99",
        "exp(1e9)",
        "(-8) ** 0.5",
        "sum(x for x in [y for y in scores for z in scores])" + " + 0" * 200,
        "(" * 300 + "1" + ")" * 300,
        f"sum(1 {'for x in scores ' * 30})",
        "scores[9]",
        "open('/etc/passwd')",
        "__import__('os')",
        "scores.append(1)",
        "().__class__",
        "lambda: 1",
        "(x := 1)",
        "f'{1}'",
        "1 if 1 else",
        "sqrt(*scores)",
        "max(scores, key=abs)",
        "1j",
        "None",
        "",
    ],
)
def test_no_expression_does_more_than_arithmetic(expression: str) -> None:
    """Nor is any computed that would fill the memory or run for days: this test would not end."""
    with pytest.raises(ExpressionError):
        evaluate(expression, {"scores": [1, 2, 5]})


def test_an_expression_stands_on_its_names_and_not_on_functions_or_its_own() -> None:
    assert names_in("sum(x * rate for x in scores) + max(a, b)") == {"rate", "scores", "a", "b"}
    assert "eval" not in FUNCTIONS


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{n} and {{n}}", "1200 and {n}"),
        ("{n:,} {share:.1%} {third:.3g}", "1,200 25.0% 0.333"),
        ("{third} {share} {whole}", "0.333333 0.25 3"),
        ("{rows[1]} {rows}", "2.5 [1, 2.5]"),
    ],
)
def test_texts_are_filled_in(text: str, filled: str) -> None:
    values = {"n": 1200, "share": 0.25, "third": 1 / 3, "whole": 3.0, "rows": [1, 2.5]}
    assert fill(text, values) == filled


@pytest.mark.parametrize("text", ["{n.__class__}", "{n!r}", "{n:999999999}", "{n:{n}}", "{0}", "{n[-1]}", "}"])
def test_a_text_shows_values_and_no_more(text: str) -> None:
    with pytest.raises(TemplateError):
        fill(text, {"n": 1})
