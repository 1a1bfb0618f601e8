"""Six candidates from `new` to `report`: excellent, partial, late, tampered, copied and hostile."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("cryptography")
pytest.importorskip("copydetect")

from etude.catalog import shipped_bank
from etude.cli import main
from etude.takehome.candidates import read_names
from tests.takehome.candidate import Laptop, fresh_python, repacked

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
DOUBLE = "import numpy as np\n\n\ndef double(x):\n    return 2 * np.asarray(x)\n"
HALF = "def double(x):\n    return x\n"
SOFTMAX = (shipped_bank() / "solutions" / "q02_activations" / "softmax.py").read_text()
OWN_WAY = """
import numpy as np

NOTHING_YET = -np.inf


def in_rows(given, axis):
    turned = np.moveaxis(given, axis, given.ndim - 1) if given.ndim else given.reshape(1)
    return turned.reshape(int(np.prod(turned.shape[:-1])), turned.shape[-1]), turned.shape


def largest_of(rows):
    if rows.shape[1] == 0:
        return np.full((rows.shape[0], 1), NOTHING_YET, dtype=rows.dtype)
    places = np.argmax(rows, axis=1)
    return np.take_along_axis(rows, places[:, None], axis=1)


def softmax(x, axis=-1):
    given = np.asarray(x)
    kind = given.dtype if np.issubdtype(given.dtype, np.floating) else np.dtype("float64")
    rows, shape = in_rows(given.astype(kind), axis)
    powers = np.exp(rows - largest_of(rows))
    totals = np.add.reduce(powers, axis=1, keepdims=True)
    shares = np.divide(powers, totals).reshape(shape)
    return np.moveaxis(shares, shares.ndim - 1, axis) if given.ndim else shares.reshape(())
"""
RENAMED = re.sub(r"\b(given|kind|rows|powers|totals|shares|places|turned)\b", r"my_\1", OWN_WAY)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = f'''
"""{EVIL}"""
import os, sys
print("\\x1b[31m{EVIL}" * 50)
def double(x):
    """=cmd|'/c calc'!A1"""
    print("tried {EVIL}")
    for path in ({{places}}):
        try:
            print(open(path).read())
        except OSError:
            pass
    raise ValueError("{EVIL} \\x1b]0;title\\x07 \\u202e =1+1")
'''
NAMES = ["Ada Byron", "Bó Partial", "Cy Late", "Di Tampered", "Ed Copied", "=HYPERLINK(0) <b>Eve</b>"]


def etude(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["takehome", *map(str, arguments)], catch_exceptions=False)


class Hiring:
    """The test's folder, and what came back."""

    def __init__(self, place: Path) -> None:
        self.place, self.root = place, place / "hiring"
        self.sent: dict[str, Path] = {}

    def prepare(self) -> None:
        settings = ("--title", "ML engineer", "--exercises", "softmax,double", "--minutes", 60, "--due", "2099-12-31")
        made = etude("new", self.root, *settings, "--bank", MINI)
        assert made.exit_code == 0, made.output
        assert "softmax: is public, and its solution can be looked up" in made.output
        assert "double: is public" not in made.output
        assert etude("invite", self.root, *NAMES).exit_code == 0

    def invitation(self, name: str) -> Path:
        (candidate,) = (candidate for candidate, each in read_names(self.root / "names.csv").items() if each == name)
        return self.root / "invitations" / f"{candidate}.zip"

    def collect(self) -> None:
        """Each candidate's side, in an environment of their own."""
        python = fresh_python(self.place / "venv")
        laptops = {
            name: Laptop.unpack(python, self.invitation(name), self.place / str(n)) for n, name in enumerate(NAMES)
        }
        ada, bo, cy, di, ed, eve = laptops.values()
        cy.begin_long_ago(timedelta(minutes=95))
        for laptop in (ada, bo, di, ed, eve):
            assert "Begun." in laptop.run("begin", "--yes")
        ada.answer(softmax=OWN_WAY, double=DOUBLE)
        assert "double: 4 of 4 passed" in ada.run("check", "double")
        bo.answer(softmax=SOFTMAX, double=HALF)
        cy.answer(softmax=SOFTMAX, double=DOUBLE)
        assert "late" in cy.run("status")
        di.answer(softmax=SOFTMAX, double=HALF)
        ed.answer(softmax=RENAMED, double=DOUBLE)
        places = [self.root / "key.pem", self.root / "graded" / "batch.json", self.root / "takehome.toml"]
        eve.answer(double=HOSTILE.replace("{places}", ", ".join(repr(str(path)) for path in places)))
        self.sent = {name: laptop.submit() for name, laptop in laptops.items()}
        repacked(self.sent["Di Tampered"], **{"answers/double.py": DOUBLE.encode()})

    def scores(self) -> dict[str, int]:
        with (self.root / "report" / "comparison.csv").open(newline="") as file:
            return {row["candidate"]: int(row["total"]) for row in csv.DictReader(file)}

    def pages(self) -> dict[str, str]:
        """By path, with the name in the place of the pseudonym."""
        pages = {
            str(path.relative_to(self.root / "report")): path.read_text() for path in self.root.glob("report/**/*.*")
        }
        for candidate, name in read_names(self.root / "names.csv").items():
            pages = {path.replace(candidate, name): page for path, page in pages.items()}
        return pages


@pytest.fixture(scope="module")
def hiring(tmp_path_factory: pytest.TempPathFactory) -> Hiring:
    found = Hiring(tmp_path_factory.mktemp("hiring"))
    found.prepare()
    found.collect()
    return found


@pytest.fixture(scope="module")
def graded(hiring: Hiring) -> Result:
    return etude("grade", hiring.root, *hiring.sent.values())


def test_the_key_and_the_seed_are_the_owners_alone(hiring: Hiring) -> None:
    for path in ("key.pem", "graded/batch.json", "names.csv", "takehome.toml"):
        assert stat.S_IMODE((hiring.root / path).stat().st_mode) == 0o600
    assert stat.S_IMODE(hiring.root.stat().st_mode) == 0o700


def test_every_grade_is_what_it_should_be(hiring: Hiring, graded: Result) -> None:
    assert graded.exit_code == 0, graded.output
    assert etude("report", hiring.root).exit_code == 0
    scores = hiring.scores()
    best, name = scores.pop("Ada Byron"), "'" + NAMES[-1]
    assert scores["Cy Late"] == scores["Di Tampered"] == best, "lateness and damage are told, and cost no points"
    assert scores["Ed Copied"] == best
    assert 0 < scores["Bó Partial"] < best
    assert scores[name] == 0


def test_what_is_late_tampered_with_or_alike_is_told_to_a_person(hiring: Hiring, graded: Result) -> None:
    assert re.search(r"Cy Late: (\d+) of \1 points, 35 minutes late", graded.output)
    assert "Di Tampered: double: not what the journal says was submitted" in graded.output
    etude("report", hiring.root)
    pages = hiring.pages()
    assert "not what the journal says was submitted" in pages["candidates/Di Tampered.html"]
    assert "Ed Copied" in pages["candidates/Ada Byron.html"]
    assert "Ada Byron" in pages["candidates/Ed Copied.html"]
    assert "Ed Copied" not in pages["candidates/Cy Late.html"]


def test_a_second_run_gives_the_same_scores_and_keeps_what_came(hiring: Hiring, graded: Result) -> None:
    etude("report", hiring.root)
    before = hiring.scores()
    again = etude("grade", hiring.root, *hiring.sent.values())
    assert "12 answers graded already" in again.output
    shutil.rmtree(hiring.root / "graded" / "results")
    assert "graded already" not in etude("grade", hiring.root).output
    etude("report", hiring.root)
    assert hiring.scores() == before
    kept = {path.read_bytes() for path in hiring.root.glob("received/*.zip")}
    assert kept == {path.read_bytes() for path in hiring.sent.values()}


def test_nothing_that_a_candidate_wrote_is_live_in_a_page(hiring: Hiring, graded: Result) -> None:
    etude("report", hiring.root)
    assert "\x1b" not in graded.output
    for name, page in hiring.pages().items():
        assert not {"\x1b", "\u202e"} & {*page}
        if name.endswith(".html"):
            assert not any(live in page for live in ("<script>alert", "<img src=x", "<b>Eve")), name
        else:
            assert not re.search(r"(^|,)[=+@-]", page, re.MULTILINE)


def test_no_answer_reads_the_tests_folder(hiring: Hiring, graded: Result) -> None:
    (candidate,) = (candidate for candidate, name in read_names(hiring.root / "names.csv").items() if name == NAMES[-1])
    report = json.loads((hiring.root / "graded" / "results" / candidate / "double.json").read_text())["report"]
    printed = "".join(check["output"] for check in report["checks"])
    assert "tried" in printed
    for secret in ("PRIVATE KEY", '"seed"', "public_key"):
        assert secret not in printed


def test_where_the_kernel_cannot_confine_nothing_is_run(
    hiring: Hiring, graded: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hiring.root / "graded" / "results").rename(hiring.root / "graded" / "aside")
    monkeypatch.setenv("ETUDE_ISOLATION", "process")
    done = etude("grade", hiring.root)
    monkeypatch.undo()
    assert done.exit_code == 2
    assert "this machine cannot confine an answer" in done.output
    assert not list(hiring.root.glob("graded/results/*/*.json"))
    (hiring.root / "graded" / "aside").rename(hiring.root / "graded" / "results")


def test_a_feedback_page_reveals_nothing_hidden(hiring: Hiring, graded: Result) -> None:
    etude("report", hiring.root)
    seed = json.loads((hiring.root / "graded" / "batch.json").read_text())["seed"]
    for page in (page for name, page in hiring.pages().items() if "feedback/" in name):
        assert str(seed) not in page
        assert "Follow-up" not in page
        for line in SOFTMAX.splitlines():
            assert len(line.strip()) < 25 or line.strip() not in page
    for path in hiring.root.glob("graded/results/*/*.json"):
        for check in json.loads(path.read_text())["report"]["checks"]:
            hidden = [check["help"], *(check["rationale"] or {}).values()]
            for page in (page for name, page in hiring.pages().items() if "feedback/" in name):
                assert not any(text and len(text) > 15 and text in page for text in hidden)


def test_in_blind_mode_one_local_file_alone_knows_the_names(hiring: Hiring, graded: Result, tmp_path: Path) -> None:
    told = etude("grade", hiring.root, "--blind")
    assert etude("report", hiring.root, "--blind").exit_code == 0
    everything = {path: path.read_bytes() for path in hiring.root.rglob("*") if path.is_file()}
    for name in NAMES:
        assert name not in told.output
        knowing = {path.name for path, content in everything.items() if name.encode() in content or name in str(path)}
        assert knowing == {"names.csv"}, name
    etude("report", hiring.root)


def test_what_is_nobodys_is_refused_in_a_line_and_the_others_go_on(
    hiring: Hiring, graded: Result, tmp_path: Path
) -> None:
    raw = hiring.sent["Ada Byron"].read_bytes()
    forged, foreign, noise = (tmp_path / f"{name}.zip" for name in ("forged", "foreign", "noise"))
    forged.write_bytes(raw)
    repacked(forged, **{"invitation.json": b'{"candidate": "boss"}'})
    os.mkfifo(tmp_path / "pipe")
    other = Hiring(tmp_path)
    other.prepare()
    foreign.write_bytes(other.invitation("Ada Byron").read_bytes())
    noise.write_bytes(os.urandom(100))
    done = etude("grade", hiring.root, forged, foreign, noise, tmp_path / "missing.zip", tmp_path / "pipe")
    assert done.exit_code == 2
    for line in (
        "forged.zip: its invitation is not one of this test's, or was changed",
        "foreign.zip: its invitation is not one of this test's, or was changed",
        "noise.zip: is no zip that can be read",
        "missing.zip: cannot be read",
        "pipe: is no file",
    ):
        assert sum(line in shown for shown in done.output.splitlines()) == 1
    assert "Ada Byron: " in done.output
    assert hashlib.sha256(noise.read_bytes()).hexdigest() in {path.stem for path in hiring.root.glob("received/*.zip")}
