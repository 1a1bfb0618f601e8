"""`etude course export`: a batch's grades as gradebooks and CI systems read them, everyone in their place."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result

from etude.batch.store import Store
from etude.coursework.exports.junit import junit_xml
from etude.coursework.grades import Grades
from etude.coursework.gradescope.results import of_student
from tests.coursework.class_support import HOSTILE, MEAN, MINI, RIGHT, WRONG, etude, hand_in

FORMATS = ("nbgrader", "canvas", "moodle", "junit", "gradescope")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """ann: two right answers; bob: a wrong one; cem: a hostile one; dee: does not parse; fay: empty; gil: nothing."""
    folder = tmp_path_factory.mktemp("graded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETUDE_BANK", str(MINI))
        patch.setenv("ETUDE_ONLY_BANK", "1")
        patch.chdir(folder)
        for student, source in (("ann", RIGHT), ("bob", WRONG), ("cem", HOSTILE), ("dee", "def double(x)\n")):
            hand_in(student, source)
        hand_in("ann", MEAN, "mean.py")
        hand_in("fay", "")
        Path("class/gil").mkdir()
        etude("batch", "class", "--out", "out", "--no-speed")
        yield folder / "out"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def export(graded: Path, kind: str, *more: object, to: str = "to") -> Result:
    return etude("course", "export", graded, "--format", kind, "--to", to, *more)


def rows(path: str = "to") -> list[dict[str, str]]:
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_nbgrader_has_its_own_columns_and_types(graded: Path) -> None:
    assert export(graded, "nbgrader").exit_code == 0
    found = rows()
    assert list(found[0]) == [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    scores = {(row["assignment"], row["student_id"]): (float(row["score"]), float(row["max_score"])) for row in found}
    assert scores["double", "ann"] == (5.0, 5.0)
    assert scores["double", "bob"] == (2.0, 5.0)
    assert scores["mean", "gil"] == (0.0, 4.0)
    assert len(scores) == 12


def test_the_columns_are_those_that_nbgrader_writes(graded: Path) -> None:
    api, plugins = pytest.importorskip("nbgrader.api"), pytest.importorskip("nbgrader.plugins.export")
    with api.Gradebook("sqlite:///gradebook.db") as gradebook:
        gradebook.add_assignment("double")
        gradebook.add_student("gil")
        plugins.CsvExportPlugin(to="theirs").export(gradebook)
    export(graded, "nbgrader")
    ours = next(row for row in rows() if (row["assignment"], row["student_id"]) == ("double", "gil"))
    (theirs,) = rows("theirs")
    assert list(ours) == list(theirs)
    assert {**ours, "max_score": ""} == {**theirs, "max_score": ""}


def test_nbgrader_takes_names_from_its_own_list_of_students(graded: Path) -> None:
    Path("students.csv").write_text("id,first_name,last_name,email\nann,Ann,Lee,a@b.c\n")
    result = export(graded, "nbgrader", "--roster", "students.csv")
    ann = next(row for row in rows() if row["student_id"] == "ann")
    assert (ann["first_name"], ann["last_name"], ann["email"]) == ("Ann", "Lee", "a@b.c")
    assert "bob: nobody of that name in students.csv" in result.output


GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,double (4711),Essay (4712),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,5,10,(read only)
"Cem, Can",13,,cem@uni.example,A,,,
"Doe, Jan",19,,jan,A,,7,
"Lee, Bob",12,S12,login2,A,,9,
"Lee, Ann",11,ann,login1,B,,8,
"""


def test_canvas_keeps_its_own_rows_and_finds_its_own_assignment(graded: Path) -> None:
    Path("gradebook.csv").write_text(GRADEBOOK)
    result = export(graded, "canvas", "--roster", "gradebook.csv")
    points, *people = rows()
    assert list(points) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "double (4711)", "mean"]
    assert list(points.values()) == ["    Points Possible", "", "", "", "", "5", "4"]
    assert [row["ID"] for row in people] == ["13", "19", "12", "11"]
    assert list(people[3].values()) == ["Lee, Ann", "11", "ann", "login1", "B", "5", "4"]
    assert all(row["double (4711)"] == "" for row in people[:3])  # bob is nobody's login, number or whole name
    assert "Doe, Jan: in gradebook.csv, and not in the batch" in result.output
    for stranger in ("bob", "cem", "dee", "fay", "gil"):
        assert f"{stranger}: nobody of that name in gradebook.csv: left out" in result.output
    assert result.exit_code == 2


def test_canvas_without_a_roster_gives_the_login(graded: Path) -> None:
    assert export(graded, "canvas").exit_code == 0
    found = {row["SIS Login ID"]: row for row in rows()}
    assert found[""]["double"] == "5"  # points possible
    assert [found[name]["double"] for name in ("ann", "bob", "cem", "fay", "gil")] == ["5", "2", "0", "0", ""]


def test_whoever_could_be_two_people_is_neither(graded: Path) -> None:
    Path("people.csv").write_text(
        "First name,Surname,ID number,Email address\n"
        "A,One,1,ann@one.example\nA,Two,2,ann@two.example\nB,B,bob,b@uni.example\nC,C,3,Cem@uni.example\n"
    )
    result = export(graded, "moodle", "--roster", "people.csv")
    assert "ann: 2 people of that name in people.csv: left out" in result.output
    assert [row["double"] for row in rows()] == ["", "", "2", "0"]
    assert rows()[3]["Email address"] == "Cem@uni.example"  # Moodle minds the case


def test_two_students_who_are_one_person_are_told(graded: Path) -> None:
    Path("people.csv").write_text("ID number,Email address\nann,bob@uni.example\n")
    result = export(graded, "moodle", "--roster", "people.csv")
    assert "bob: the same person in people.csv as ann: left out" in result.output
    assert rows()[0]["double"] == "5"


def test_moodle_says_what_failed(graded: Path) -> None:
    assert export(graded, "moodle").exit_code == 0
    found = {row["Username"]: row["double (feedback)"] for row in rows()}
    assert found["ann"] == "5 of 5 points"
    assert "float32 stays float32: the values are wrong" in found["bob"]
    assert "=1+1&lt;img src=x&gt;" in found["cem"]
    assert found["dee"].count("syntax error in line 1") == 1
    assert found["fay"] == "Not graded: double.py: is empty: write an answer in it"
    assert found["gil"] == ""
    export(graded, "moodle", "--feedback", "exam", "--force")
    said = next(row for row in rows() if row["Username"] == "bob")["double (feedback)"]
    assert "float32 stays float32" in said
    assert "wrong" not in said


def test_junit_is_xml_with_a_case_for_each_check(graded: Path) -> None:
    assert export(graded, "junit").exit_code == 0
    root = ElementTree.parse("to").getroot()
    suites = {suite.get("name"): suite for suite in root.iter("testsuite")}
    assert set(suites) == {"ann.double", "ann.mean", "bob.double", "cem.double", "dee.double", "fay.double"}
    assert suites["ann.double"].attrib.items() >= {"tests": "4", "failures": "0", "errors": "0"}.items()
    failure = suites["bob.double"].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "the values are wrong"
    assert "wanted:" in (failure.text or "")
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    assert root.get("errors") == str(len(list(root.iter("error"))))
    export(graded, "junit", "--feedback", "exam", "--force")
    assert b"wanted" not in Path("to").read_bytes()


def test_what_earned_a_part_of_its_points_says_so(graded: Path) -> None:
    result = next(result for result in Store(graded, 0).results() if result.student == "bob")
    assert result.report is not None
    passed = replace(result.report.checks[-1], points=2, share=0.5, help="Half as fast as it could be.")
    result = replace(result, report=replace(result.report, checks=(passed,)))
    grades = Grades.of([], [result])
    (test,) = of_student(grades, "bob", exam=False)["tests"]
    assert (test["score"], test["max_score"], test["status"]) == (1, 2, "failed")
    assert "Half as fast" in test["output"]
    assert b"Half as fast" in junit_xml(grades, exam=False)
    assert b"Half as fast" not in junit_xml(grades, exam=True)


def gradescope(student: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("to", student, "results.json").read_bytes())
    return found


def test_gradescope_results_add_up(graded: Path) -> None:
    assert export(graded, "gradescope").exit_code == 0
    for student, score in (("ann", 9), ("bob", 2), ("cem", 0), ("dee", 0), ("fay", 0), ("gil", 0)):
        found = gradescope(student)
        assert found["score"] == score == sum(test["score"] for test in found["tests"])
        assert sum(test["max_score"] for test in found["tests"]) == 9
        assert {test["status"] for test in found["tests"]} <= {"passed", "failed"}
        assert {test["visibility"] for test in found["tests"]} == {"visible"}
        assert found["test_output_format"] == "text"  # a student's text is never taken for HTML
    assert "wanted:" in json.dumps(gradescope("bob"))
    assert json.dumps(gradescope("dee")).count("syntax error in line 1") == 1
    export(graded, "gradescope", "--feedback", "exam", "--force")
    assert "wanted" not in json.dumps(gradescope("bob"))


@pytest.mark.parametrize("kind", FORMATS)
def test_no_control_character_of_a_students_is_left(graded: Path, kind: str) -> None:
    export(graded, kind)
    for path in [Path("to"), *Path("to").rglob("*.json")]:
        if path.is_file():
            text = path.read_text("utf-8")
            assert not {"\x00", "\x1b", "\ufffe"} & set(text)
            assert "<script" not in text or kind == "gradescope"


def test_a_formula_is_no_formula(graded: Path) -> None:
    Path("people.csv").write_text('ID number,First name,Last name\nann,"=HYPERLINK(1)",@x\n')
    export(graded, "moodle", "--roster", "people.csv")
    assert rows()[0]["First name"] == "'=HYPERLINK(1)"
    assert rows()[0]["Last name"] == "'@x"


def test_what_was_withdrawn_is_not_exported(graded: Path) -> None:
    shutil.copytree(graded, "mine")
    lines = Path("mine/grades.csv").read_text().splitlines(keepends=True)
    Path("mine/grades.csv").write_text("".join(line for line in lines if not line.startswith("bob")))
    export(Path("mine"), "nbgrader")
    assert "bob" not in {row["student_id"] for row in rows()}


def test_a_result_that_is_gone_is_told(graded: Path) -> None:
    shutil.copytree(graded, "mine")
    Path("mine/results/bob/double.json").write_text("{")
    result = export(Path("mine"), "nbgrader")
    assert result.exit_code == 2
    assert "lacks the result of bob for double: run `etude batch` again" in result.output


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_is_replaced_unasked(graded: Path, kind: str) -> None:
    assert export(graded, kind).exit_code == 0
    again = export(graded, kind)
    assert again.exit_code == 2
    assert len(again.output.splitlines()) == 1
    assert export(graded, kind, "--force").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b'ID number\n"' + b"x" * 200_000])
def test_a_roster_that_is_none_is_told_in_one_line(graded: Path, content: bytes) -> None:
    Path("roster.csv").write_bytes(content)
    result = export(graded, "moodle", "--roster", "roster.csv")
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert result.output.startswith("etude: roster.csv")
    assert not Path("to").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--format", "junit", "--to", "to"], "holds no graded batch"),
        ([".", "--format", "junit", "--to", "to"], "holds no graded batch"),
        (["nowhere", "--format", "junit", "--to", "to", "--roster", "x"], "has no use for one"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], said: str) -> None:
    result = etude("course", "export", *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert not Path("nowhere").exists()
