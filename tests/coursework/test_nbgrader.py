"""`etude course new` and `etude course autograde`: a class through nbgrader, from release to feedback and export."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader")

import nbformat
from nbgrader.nbgraderformat import MetadataValidator

from etude.judge.client import Judge
from tests.coursework.class_support import MINI, RIGHT
from tests.coursework.nbgrader_support import (
    DUE,
    HOSTILE,
    LATE,
    MEAN,
    POINTS,
    WRONG,
    answers,
    api,
    autograde,
    comment,
    etude,
    feedback_and_export,
    grade,
    gradebook,
    hand_in,
    named,
    score,
)


def test_a_new_course_is_nbgraders(course: Path) -> None:
    source = nbformat.read("source/ps1/double.ipynb", as_version=4)
    MetadataValidator().validate_nb(source)
    assert named(source, "etude-tests").metadata.nbgrader.points == POINTS["double"]
    assert str(course) not in Path("nbgrader_config.py").read_text()
    again = etude("new", ".", "double", "--assignment", "ps1")
    assert again.exit_code == 2
    assert "is already there" in again.output
    assert etude("new", ".", "double", "--assignment", "ps2").exit_code == 0  # another, in the same course


def test_a_release_holds_the_stub_and_nothing_of_solution_or_tests(course: Path) -> None:
    released = b"".join(path.read_bytes() for path in Path("release").rglob("*") if path.is_file())
    hidden = [MINI / "solutions/q01_basics/double.py", MINI / "graders/q01_basics/double/test_double.py"]
    stub = (MINI / "exercises/q01_basics/double/stub.py").read_text()
    for path in hidden:
        lines = {line.strip() for line in path.read_text().splitlines() if len(line.strip()) > 12}
        for line in lines - {line.strip() for line in stub.splitlines()}:
            assert json.dumps(line)[1:-1].encode() not in released
    for word in (b"HIDDEN", b"SOLUTION", b"in_kernel", b"score("):
        assert word not in released
    notebook = nbformat.read("release/ps1/double.ipynb", as_version=4)
    assert "def double(x: np.ndarray) -> np.ndarray:" in named(notebook, "etude-answer").source
    assert "assert callable(double)" in named(notebook, "etude-example").source


def test_a_class_from_release_to_export(course: Path, tmp_path: Path) -> None:
    marker = tmp_path / "it_ran"
    with gradebook() as book:
        book.update_or_create_assignment("ps1", duedate=DUE)
    Path("nbgrader_config.py").write_text(
        Path("nbgrader_config.py").read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )

    def edited_tests(notebook: Any) -> None:
        answers(WRONG)(notebook)
        tests = named(notebook, "etude-tests")
        tests.source = "5"
        tests.metadata.nbgrader.update(points=100, grade=False, locked=False)

    def deleted_tests(notebook: Any) -> None:
        answers(RIGHT)(notebook)
        notebook.cells.remove(named(notebook, "etude-tests"))

    def deleted_answer(notebook: Any) -> None:
        notebook.cells.remove(named(notebook, "etude-answer"))

    def copied_answer(notebook: Any) -> None:
        answers(WRONG)(notebook)
        copy = nbformat.from_dict({**named(notebook, "etude-answer"), "source": RIGHT, "id": "copy"})
        notebook.cells.insert(3, copy)

    def runs_code_elsewhere(notebook: Any) -> None:
        answers(RIGHT)(notebook)
        code = f"open({str(marker)!r}, 'w')"
        notebook.cells.insert(0, nbformat.v4.new_code_cell(code))
        notebook.metadata.kernelspec.name = "no-such-kernel"

    hand_in("right", answers(RIGHT))
    hand_in("right", answers(MEAN), "mean")
    hand_in("wrong", answers(WRONG))
    hand_in("stub", lambda notebook: None)
    hand_in("hostile", answers(HOSTILE.format(marker=str(marker))))
    hand_in("late", answers(RIGHT), when=LATE)
    hand_in("timely", answers(RIGHT), when=DUE)
    hand_in("no_time", answers(RIGHT), when="yesterday evening")
    hand_in("broken", answers(RIGHT)).write_text('{"cells": [')
    hand_in("no_notebook", answers(RIGHT)).write_text("[3]")
    hand_in("linked", answers(RIGHT)).unlink()
    Path("submitted/linked/ps1/double.ipynb").symlink_to(course / "source/ps1/double.ipynb")
    Path("submitted/linked/ps1/notes.txt").symlink_to(course / "gradebook.db")
    hand_in("missing", answers(MEAN), "mean")
    hand_in("edited", edited_tests)
    hand_in("deleted_tests", deleted_tests)
    hand_in("deleted_answer", deleted_answer)
    hand_in("copied", copied_answer)
    hand_in("elsewhere", runs_code_elsewhere)
    hand_in("stranger", answers("x = 1"), "mean").rename("submitted/stranger/ps1/unknown.ipynb")
    hand_in("stranger", answers(RIGHT))
    Path("submitted/empty/ps1").mkdir(parents=True)
    Path("submitted/away").symlink_to("right")
    result = autograde("--workers", "2")

    assert result.exit_code == 2  # not all could be read
    for line in (
        "submitted/broken/ps1/double.ipynb: is not a notebook (it is not JSON)",
        "submitted/no_notebook/ps1/double.ipynb: is not a notebook (it has no cells)",
        "submitted/linked/ps1/double.ipynb: is no file of its own",
        "submitted/no_time/ps1/timestamp.txt: holds no time",
        "submitted/empty/ps1: holds no notebook of ps1's",
        "submitted/away/ps1: is a link",
        "submitted/copied/ps1/double.ipynb: there are several cells 'etude-answer': the last is taken",
        "submitted/deleted_tests/ps1/double.ipynb: there was no cell 'etude-tests' (deleted, or its metadata",
        "submitted/deleted_answer/ps1/double.ipynb: there is no cell 'etude-answer' (deleted, or its metadata changed)",
        "submitted/missing/ps1/double.ipynb: was not handed in: no points",
        "submitted/stranger/ps1/unknown.ipynb: is no notebook of ps1's",
        "late: ps1: 60 minutes late",
        "late: double: 5 of its 5 points go for being late",
    ):
        assert line in result.output
    for raw in ("Traceback", "No submitted file", "SubmittedAssignment<", "Late submission penalty"):
        assert raw not in result.output
    assert result.output.count("submitted/linked/ps1/double.ipynb") == 1
    assert not marker.exists()

    full, nothing = POINTS["double"], 0.0
    part = score("wrong")
    assert nothing < part < full
    expected = {
        "right": full, "stub": score("stub"), "hostile": score("hostile"), "timely": full, "broken": nothing,
        "no_notebook": nothing, "linked": nothing, "missing": nothing, "edited": part, "deleted_tests": full,
        "deleted_answer": nothing, "copied": full, "elsewhere": full, "stranger": full, "late": full,
    }  # fmt: skip
    assert {student: score(student) for student in expected} == expected
    assert max(score("stub"), score("hostile")) < part
    assert score("right", "mean") == score("missing", "mean") > 0
    with gradebook() as book:
        assert "no_time" not in {student.id for student in book.students}
        late = book.find_submission_notebook("double", "ps1", "late")
        assert late.late_submission_penalty == full
        assert book.find_submission_notebook("double", "ps1", "timely").late_submission_penalty is None
        assert not any(grade(book, student).needs_manual_grade for student in expected)
        assert grade(book, "edited").max_score == full
    assert comment("right") == ""
    assert comment("stub") == "No response."
    assert "Every element is doubled." in comment("wrong")
    told = nbformat.read("autograded/broken/ps1/double.ipynb", as_version=4)
    assert "is not a notebook" in named(told, "etude-tests").outputs[0].text
    assert not Path("autograded/linked/ps1/notes.txt").exists()

    feedback_and_export(course)


def test_a_regrade_keeps_what_was_given_by_hand(course: Path) -> None:
    for student, source in (("ann", WRONG), ("bob", WRONG), ("cem", RIGHT)):
        hand_in(student, answers(source))
    assert autograde().exit_code == 0
    with gradebook() as book:
        grade(book, "ann").manual_score = 4.5
        grade(book, "bob").extra_credit = 2
        book.find_comment("etude-answer", "double", "ps1", "ann").manual_comment = "Nearly."
        book.db.commit()
        part = grade(book, "bob").auto_score
    hand_in("ann", answers(RIGHT))
    assert autograde().exit_code == 0
    with gradebook() as book:
        assert (grade(book, "ann").auto_score, grade(book, "ann").score) == (POINTS["double"], 4.5)
        assert grade(book, "ann").needs_manual_grade  # what nbgrader says when the answer has changed since
        assert (grade(book, "bob").auto_score, grade(book, "bob").score) == (part, part + 2)
    assert comment("ann") == "Nearly."


def test_a_second_run_grades_what_has_changed_and_nothing_else(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graded = []
    original = Judge.grade

    def grade(*given: Any, **more: Any) -> Any:
        graded.append(given[2].source)
        return original(*given, **more)

    monkeypatch.setattr(Judge, "grade", grade)
    for student in ("ann", "bob"):
        hand_in(student, answers(RIGHT))
    autograde()
    assert len(graded) == 2
    graded.clear()
    hand_in("bob", answers(WRONG))
    path = Path("submitted/ann/ps1/double.ipynb")
    path.write_text(path.read_text().replace("Twice as much", "Changed, but not in the answer"))
    autograde()
    assert score("bob") < score("ann")
    assert graded  # once for its points, and perhaps once more for its misconception
    assert all(WRONG in source for source in graded)
    graded.clear()
    autograde()
    assert graded == []


def test_the_seed_is_the_courses_secret(course: Path) -> None:
    hand_in("ann", answers(WRONG))
    autograde()
    secret = Path(".etude/batch.json")
    assert stat.S_IMODE(os.stat(secret).st_mode) == 0o600
    seed = str(json.loads(secret.read_text())["seed"])
    shown = [path.read_text() for path in Path("autograded").rglob("*.ipynb")]
    assert not any(seed in text for text in [*shown, comment("ann")])


def test_in_an_exam_nothing_is_told_of_why(course: Path) -> None:
    hand_in("ann", answers(WRONG))
    autograde("--feedback", "exam")
    assert "Every element is doubled." in comment("ann")
    text = Path("autograded/ann/ps1/double.ipynb").read_text() + comment("ann")
    assert "given" not in text
    assert "wanted" not in text
    partly = score("ann")
    autograde()
    assert "wanted" in comment("ann")
    assert score("ann") == partly


def test_points_that_a_teacher_changed_are_shared_out(course: Path) -> None:
    path = Path("source/ps1/double.ipynb")
    path.write_text(path.read_text().replace('"points": 5', '"points": 10'))
    assert api(course).generate_assignment("ps1")["success"]
    hand_in("ann", answers(RIGHT))
    autograde()
    assert score("ann") == 10


@pytest.mark.parametrize(
    ("prepare", "line"),
    [
        (lambda: None, "'nothing': is no assignment of the gradebook's"),
        (lambda: shutil.rmtree("source"), "'nothing': is no assignment"),
        (lambda: Path("nbgrader_config.py").write_text("c = "), "nbgrader_config.py: cannot be read (SyntaxError"),
        (
            lambda: Path("gradebook.db").write_text("none" * 999),
            "gradebook.db: cannot be used (file is not a database)",
        ),
    ],
)
def test_what_is_no_course_is_told_in_one_line(course: Path, prepare: Callable[[], Any], line: str) -> None:
    prepare()
    result = etude("autograde", "nothing")
    assert result.exit_code == 2
    begun, _ = result.output.splitlines()
    assert begun == "etude: reading nothing …"
    assert line.replace("'", "") in result.output.replace("'", "")


def test_a_gradebook_is_opened_where_no_environment_is_activated(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gradebook.db").unlink()
    monkeypatch.setenv("PATH", os.defpath)
    result = etude("autograde", "ps1")
    assert result.exit_code == 2
    assert "'ps1': is no assignment of the gradebook's" in result.output


def test_a_folder_without_nbgrader_is_no_course(bank: None, tmp_path: Path) -> None:
    result = etude("autograde", "ps1", "--course", str(tmp_path))
    assert result.exit_code == 2
    assert "is no nbgrader course" in result.output


def test_tests_that_need_a_kernel_are_left_to_nbgrader(course: Path) -> None:
    path = Path("source/ps1/double.ipynb")
    notebook = nbformat.read(path, as_version=4)
    own = nbformat.from_dict(named(notebook, "etude-tests"))
    own.id, own.metadata.nbgrader.grade_id, own.source = "own", "own", "assert True"
    notebook.cells.append(own)
    nbformat.write(notebook, path)
    assert api(course).generate_assignment("ps1")["success"]
    result = autograde()
    assert result.exit_code == 2
    assert "its cell 'own' is a test that only a kernel can run" in result.output


@pytest.fixture
def kernel() -> Iterator[None]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        pytest.skip("no kernel python3")
    return


def test_plain_nbgrader_gives_the_same_scores(course: Path, kernel: None) -> None:
    for student, source in (("ann", RIGHT), ("bob", WRONG)):
        hand_in(student, answers(source))
    autograde()
    ours = {student: score(student) for student in ("ann", "bob")}
    for student in ours:
        graded = api(course).autograde("ps1", student)
        assert graded["success"], graded["error"]
    assert {student: score(student) for student in ours} == ours
