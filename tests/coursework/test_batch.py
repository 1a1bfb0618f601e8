"""`etude batch`: a class graded in parallel, at any moment stopped and gone on with, and nothing of it lost."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etude.batch.store import Store, file_name
from etude.cli import main
from etude.judge.client import Judge

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
RIGHT = "import numpy as np\ndef double(x):\n    return 2 * np.asarray(x)\n"
WRONG = "def double(x):\n    return x\n"
SLOW = "import time\ntime.sleep(0.3)\n" + RIGHT


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return MINI


def hand_in(student: str, source: str, name: str = "double.py") -> Path:
    path = Path("class", student, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    return path


def batch(*arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["batch", "class", "--out", "out", "--no-speed", *arguments], catch_exceptions=False
    )


def rows() -> dict[str, dict[str, str]]:
    return {row["student"]: row for row in csv.DictReader(io.StringIO(Path("out/grades.csv").read_text()))}


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


def test_a_class_with_every_kind_of_answer(bank: Path) -> None:
    hand_in("ann", RIGHT)
    hand_in("bob", WRONG)
    hand_in("cem", notebook(RIGHT), "double.ipynb")
    hand_in("dee", "def double(x)\n    return 2 * x\n")
    hand_in("eve", "import os\nos.kill(os.getpid(), 9)\n")
    hand_in("fay", "")
    Path("class/gil").mkdir()
    hand_in("ann", "def mean(x):\n    return sum(x) / len(x)\n", "mean.py")
    result = batch()
    assert result.exit_code == 2  # fay's is no answer
    assert "class/fay/double.py: is empty: write an answer in it" in result.output
    found = rows()
    full = found["ann"]["double"]
    assert [found[name]["double"] for name in ("cem", "dee", "eve", "fay", "gil")] == [full, "0", "0", "0", ""]
    assert 0 < int(found["bob"]["double"]) < int(full)
    for name in found:
        assert Path("out/students", f"{name}.html").exists()
    assert "Hardest checks" in Path("out/summary.html").read_text()


def test_pages_that_take_long_say_how_far_they_are(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for student in ("ann", "bob"):
        hand_in(student, RIGHT)
    assert "pages written" not in batch().output
    monkeypatch.setattr("etude.cli.bar.PATIENCE", -1.0)
    assert "pages written: 2 of 2" in batch().output


def test_a_slow_batch_is_not_silent_between_two_tenths(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        hand_in(f"s{number}", RIGHT)
    monkeypatch.setattr("etude.cli.bar.BETWEEN_LINES", -1.0)
    said = batch().output
    assert all(f"graded {number} of 20\n" in said for number in range(1, 21))


def test_everyone_gets_the_same_secret_inputs(bank: Path) -> None:
    for student in ("ann", "bob", "cem"):
        hand_in(student, RIGHT)
    assert batch().exit_code == 0
    store = Store.open(Path("out"))
    assert {result.report.seed for result in store.results() if result.report} == {store.seed}
    assert stat.S_IMODE(os.stat("out/batch.json").st_mode) == 0o600
    assert stat.S_IMODE(os.stat("out").st_mode) == 0o700
    assert not [page for page in Path("out").rglob("*.html") if str(store.seed) in page.read_text()]
    assert "begun with another seed" in batch("--seed", "5").output


def test_results_of_another_seed_are_none_of_this_batch(bank: Path) -> None:
    hand_in("ann", RIGHT)
    assert batch("--seed", "1").exit_code == 0
    Path("out/batch.json").unlink()
    assert batch("--seed", "2").exit_code == 0
    assert [result.report.seed for result in Store.open(Path("out")).results() if result.report] == [2]


def test_a_second_run_grades_what_has_changed_and_nothing_else(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for student in ("ann", "bob"):
        hand_in(student, RIGHT)
    batch()
    before = Path("out/grades.csv").read_bytes()
    graded = []
    grade = Judge.grade
    monkeypatch.setattr(Judge, "grade", lambda *given, **more: graded.append(given[2].name) or grade(*given, **more))
    batch()
    assert graded == []
    assert Path("out/grades.csv").read_bytes() == before
    hand_in("bob", WRONG)
    batch()
    assert set(graded) == {"double.py"}
    assert rows()["bob"]["double"] != rows()["ann"]["double"]


def test_killed_and_started_again_it_goes_on_where_it_was(bank: Path) -> None:
    students = [f"s{number}" for number in range(10)]
    for student in students:
        hand_in(student, SLOW)
    command = [sys.executable, "-c", "from etude.cli import main; main()"]
    command += ["batch", "class", "--out", "out", "--no-speed", "--workers", "2"]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)
    while len(list(Path("out").glob("results/*/*.json"))) < 3:
        time.sleep(0.01)
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in Path("out").glob("results/*/*.json")}
    assert 3 <= len(kept) < 10
    for path in kept:
        json.loads(path.read_text())  # nothing half written
    assert batch().exit_code == 0
    assert all(path.stat().st_mtime_ns == changed for path, changed in kept.items())  # nothing graded twice
    assert len({row["double"] for row in rows().values()}) == 1
    assert set(rows()) == set(students)


def test_interrupted_it_says_how_to_go_on(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in("ann", RIGHT)

    def interrupted(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Judge, "grade", interrupted)
    result = batch()
    assert result.exit_code == 130
    assert "the same command goes on from there" in result.output


def test_a_result_that_was_damaged_is_graded_again(bank: Path) -> None:
    hand_in("ann", RIGHT)
    batch()
    path = Store.open(Path("out")).path("ann", "double")
    before = rows()
    for content in ("", "{", "null", '{"report": 3}', "[]"):
        path.write_text(content)
        assert batch().exit_code == 0
        assert rows() == before


def test_what_lies_about_is_told_and_left_out(bank: Path, tmp_path: Path) -> None:
    hand_in("ann", RIGHT)
    hand_in("ann", "x = 1\n", "notes.py")
    Path("class/bob").mkdir()
    Path("class/bob/double.py").symlink_to(MINI / "solutions" / "q01_basics" / "double.py")
    older = hand_in("cem", WRONG)
    os.utime(older, (1, 1))
    hand_in("cem", notebook(RIGHT), "double.ipynb")
    Path("class/dee.py").write_text(RIGHT)
    Path("class/eve").symlink_to("ann")
    result = batch()
    assert result.exit_code == 2
    assert "notes: no exercise of that name" in result.output
    assert "class/bob/double.py: double.py is no file of its own" in result.output
    assert "class/cem/double.py: left out for class/cem/double.ipynb, whose file is newer" in result.output
    assert "class/dee.py: lies in no student's folder" in result.output
    assert "class/eve: is no folder of its own" in result.output
    assert rows()["bob"]["double"] == ""
    assert rows()["cem"]["double"] == rows()["ann"]["double"]


def test_a_table_names_the_answers(bank: Path) -> None:
    for name, source in (("a.py", RIGHT), ("b.py", WRONG)):
        Path(name).write_text(source)
    Path("class.csv").write_text("student,exercise,file\nAnn Ö,double,a.py\n../bob,double,b.py\n", encoding="utf-8")
    arguments = ["batch", "class.csv", "--out", "out", "--no-speed"]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    assert set(rows()) == {"Ann Ö", "../bob"}
    assert not Path("bob.html").exists()
    assert Path("out/students", f"{file_name('../bob')}.html").exists()


def test_a_table_may_be_a_spreadsheets_and_each_bad_row_is_told(bank: Path) -> None:
    older = Path("a.py")
    older.write_text(WRONG)
    os.utime(older, (1, 1))
    Path("b.py").write_text(RIGHT)
    rest = "bob;double\n;double;a.py\ncem;double;gone.py\ndee;double;.\nann;double;b.py\n"
    Path("class.csv").write_text(f"Student;Exercise;File\nann;double;a.py\n{rest}", encoding="utf-8-sig")
    result = CliRunner().invoke(main, ["batch", "class.csv", "--out", "out", "--no-speed"], catch_exceptions=False)
    assert result.exit_code == 2
    for line in (
        "class.csv, row 3: names no file: left out",
        "class.csv, row 4: '' cannot be a student's name",
        "class.csv, row 5: there is no file gone.py: left out",
        "class.csv, row 6: ",
        "class.csv, row 2: left out for class.csv, row 7, whose file is newer",
    ):
        assert line in result.output
    assert rows()["ann"]["double"] == "5"


@pytest.mark.parametrize("kind", ["empty", "flat"])
def test_a_folder_without_students_is_told_in_one_line(bank: Path, kind: str) -> None:
    Path("class").mkdir()
    if kind == "flat":
        Path("class/double.py").write_text(RIGHT)
    result = batch()
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        "etude: class: holds no student's folder: give DIR/<student>/<exercise>.py, or a CSV file"
    ]


@pytest.mark.parametrize("out", ["class", "class/ann", "class/out"])
def test_results_do_not_go_among_what_was_handed_in(bank: Path, out: str) -> None:
    hand_in("ann", RIGHT)
    result = CliRunner().invoke(main, ["batch", "class", "--out", out], catch_exceptions=False)
    assert result.exit_code == 2
    assert "name a folder elsewhere with --out" in result.output
    assert [path.name for path in Path("class").rglob("*")] == ["ann", "double.py"]


def test_answers_that_are_there_no_more_are_told(bank: Path) -> None:
    for student in ("ann", "bob", "cem"):
        hand_in(student, RIGHT)
    assert "holds" not in batch().output
    for student in ("ann", "bob"):
        Path("class", student, "double.py").unlink()
    assert "out holds 2 answers that class does not: left out of grades.csv" in batch().output


@pytest.mark.parametrize("name", ["Ж" * 43, "中" * 100, "." * 100])
def test_a_name_too_long_for_a_file_ends_nobodys_batch(bank: Path, name: str) -> None:
    Path("a.py").write_text(RIGHT)
    students = (name, f"{name[:-1]}x", "ann")
    table = "".join(f"{student},double,a.py\n" for student in students)
    Path("class.csv").write_text("student,exercise,file\n" + table, encoding="utf-8")
    result = CliRunner().invoke(main, ["batch", "class.csv", "--out", "out", "--no-speed"], catch_exceptions=False)
    assert result.exit_code == 0
    assert set(rows()) == {*students}
    assert len(list(Path("out/students").iterdir())) == len(students)


def test_a_folder_that_cannot_be_read_is_told(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in("ann", RIGHT)
    hand_in("bob", RIGHT)
    iterdir = Path.iterdir

    def refusing(path: Path) -> Iterator[Path]:
        if path.name == "bob":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refusing)
    result = batch()
    assert result.exit_code == 2
    assert "class/bob: cannot be read (Permission denied): left out" in result.output
    assert rows()["bob"]["double"] == ""


def test_a_place_that_cannot_be_written_is_the_users_to_mend(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in("ann", RIGHT)

    def refusing(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "out/results/ann")

    monkeypatch.setattr(Store, "keep", refusing)
    result = batch()
    assert result.exit_code == 2
    assert "etude: out/results/ann: Permission denied: see its permissions, or name another place" in result.output


@pytest.mark.parametrize(
    "content", ["", "student,file\n", "\0", "student,exercise,file\n\xff", "student,exercise,file\n"]
)
def test_a_table_that_is_none_is_told_in_one_line(bank: Path, content: str) -> None:
    Path("class.csv").write_bytes(content.encode("latin-1"))
    result = CliRunner().invoke(main, ["batch", "class.csv", "--out", "out"], catch_exceptions=False)
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1


HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"


def test_what_students_write_is_escaped_everywhere(bank: Path) -> None:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerows([["student", "exercise", "file"], [HOSTILE, "double", "a.py"]])
    Path("class.csv").write_text(table.getvalue())
    Path("a.py").write_text(
        "def double(x):\n    print('\\x1b[2J<script>alert(2)</script>')\n    raise ValueError('<img src=x>')\n"
    )
    CliRunner().invoke(main, ["batch", "class.csv", "--out", "out", "--no-speed"], catch_exceptions=False)
    (student,) = rows()
    assert student == f"'{HOSTILE}"
    pages = [path.read_text() for path in Path("out").rglob("*.html")]
    assert len(pages) == 2
    for page in pages:
        assert "<script" not in page
        assert "<img" not in page
        assert "\x1b" not in page
