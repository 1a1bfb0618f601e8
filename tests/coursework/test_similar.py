"""`etude course similar`: a copy is named however disguised, independent answers are not, and nobody is judged."""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import click.testing
import pytest
from click.testing import CliRunner

from etude.batch.similarity import CAUTION, CLASS_LEAST, LONGEST, OWN_LEAST, Comparison, compare
from etude.batch.store import Result, Store
from etude.catalog import Catalog, shipped_bank
from etude.cli import main
from etude.exercise import Exercise

CATALOG = Catalog.load([shipped_bank()])
EXERCISES = ("backprop", "optimizers", "conv2d_from_scratch", "classification_metrics", "roc_auc")
HOSTILE = "<script>alert(1)</script>\x1b[2J"


def known_to(exercise: str, tmp_path: Path) -> Exercise:
    """The exercise in a bank that knows no right answer but the reference: the others can then play students."""
    own = CATALOG.get(exercise)
    alone = replace(own, bank=tmp_path)
    for path in (own.stub_path, own.prompt_path, own.solution_path):
        copy = tmp_path / path.relative_to(own.bank)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return alone


def rights(exercise: str) -> list[str]:
    return [path.read_text() for path in CATALOG.get(exercise).right_answers()]


def answer(student: str, source: str, exercise: str = "backprop") -> Result:
    return Result(student, exercise, f"{exercise}.py", "", "", None, source=source)


def alike(exercise: Exercise, sources: dict[str, str], at_least: float = 0.6) -> Comparison:
    return compare(exercise, [answer(name, source, exercise.id) for name, source in sources.items()], at_least)


def names(found: Comparison) -> set[tuple[str, str]]:
    return {(pair.one.student, pair.other.student) for pair in found.pairs}


class Renamed(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.Name:
        return node if node.id in dir(builtins) or node.id == "np" else ast.Name(f"my_{node.id}", node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(f"my_{node.arg}", node.annotation)


def disguised(source: str) -> str:
    """Other names and comments, laid out anew, every tuple in parentheses, the functions in another order."""
    tree = Renamed().visit(ast.parse(source))
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    others = [node for node in tree.body if node not in defined]
    parts = [ast.unparse(node).replace("\n", "\n\n# all my own work\n", 3) for node in (*others, *reversed(defined))]
    return "'''Done alone.'''\n" + "\n\n".join(parts)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_copy_is_named_however_disguised_and_independent_answers_are_not(exercise: str, tmp_path: Path) -> None:
    sources = {f"s{number}": source for number, source in enumerate(rights(exercise))}
    sources["thief"] = disguised(sources["s0"])
    found = alike(known_to(exercise, tmp_path), sources)
    assert names(found) == {("s0", "thief")}
    assert found.pairs[0].one.share > 0.7
    assert found.pairs[0].other.share > 0.7


def test_what_the_exercise_explains_is_no_finding(tmp_path: Path) -> None:
    exercise = CATALOG.get("backprop")
    for source in (exercise.stub_path.read_text(), exercise.solution_path.read_text(), *rights("backprop")):
        found = alike(exercise, {"ann": source, "bob": source})
        assert found.pairs == ()
        assert found.compared == 0


def test_what_a_large_share_of_the_class_has_in_common_is_no_finding(tmp_path: Path) -> None:
    exercise = known_to("backprop", tmp_path)
    taught, *others = rights("backprop")
    few = {f"a{number}": taught for number in range(CLASS_LEAST - 1)}
    assert len(alike(exercise, few).pairs) == 6  # however small the class
    many = {f"a{number}": taught for number in range(CLASS_LEAST)}
    assert alike(exercise, many | {"z0": others[0], "z1": others[1]}).pairs == ()
    large = many | {f"z{number}": f"x = {number}\n" for number in range(3 * CLASS_LEAST)}
    assert names(alike(exercise, large)) == set(combinations(many, 2))


def test_of_a_short_answer_nothing_is_claimed(tmp_path: Path) -> None:
    source = "import numpy as np\ndef softmax(x):\n    e = np.exp(x - max(x))\n    return e / sum(e)\n"
    found = alike(known_to("softmax", tmp_path), {"ann": source, "bob": source})
    assert (found.answers, found.compared, found.pairs) == (2, 0, ())
    assert "nothing is claimed" in found.nothing_found(0.6)


def test_a_copy_inside_a_longer_answer_and_where_it_is(tmp_path: Path) -> None:
    copied, own = rights("backprop")[:2]
    head = len(own.splitlines())
    for longer in (own + copied, "\n\n" + own + copied, (own + copied).replace("\n", "\r\n")):
        found = alike(known_to("backprop", tmp_path), {"ann": copied, "bob": longer})
        (pair,) = found.pairs
        assert pair.one.share == 1
        assert 0.2 < pair.other.share < 0.9
        assert min(first for first, _ in pair.other.lines) > head - 2
        assert max(last for _, last in pair.other.lines) <= len(longer.splitlines())
        assert pair.other.own > pair.one.own >= OWN_LEAST


@pytest.mark.parametrize(
    "broken", ["def f(:\n", "'''\n", "\0\x0c\ud800\n", "x = (\n", "\t\n  \n class\n", "\n \n" * 7_000]
)
def test_source_that_does_not_parse_is_compared_all_the_same(broken: str, tmp_path: Path) -> None:
    copied = rights("backprop")[0]
    assert len(alike(known_to("backprop", tmp_path), {"ann": copied, "bob": copied + broken}).pairs) == 1
    alike(known_to("backprop", tmp_path), {"ann": broken, "bob": broken + copied})


def test_an_answer_too_long_to_look_at_is_told(tmp_path: Path) -> None:
    found = alike(known_to("backprop", tmp_path), {"ann": "#" * (LONGEST + 1), "bob": "x = 1\n"})
    assert found.too_long == ("ann",)


def test_every_pair_above_the_share_asked_for_is_found(tmp_path: Path) -> None:
    exercise = known_to("optimizers", tmp_path)
    taken, *own = rights("optimizers")
    lines = taken.splitlines()
    sources = {"whole": taken}
    for tenths, source in zip((3, 5, 8), own, strict=False):
        sources[f"a part of {tenths}"] = "\n".join((*lines[: len(lines) * tenths // 10], source))
    shares = {(pair.one.student, pair.other.student): pair.share for pair in alike(exercise, sources, 0.01).pairs}
    assert len({round(share, 1) for share in shares.values()}) > 3
    for at_least in (0.1, 0.3, 0.5, 0.7, 0.9, 1.0):
        assert names(alike(exercise, sources, at_least)) == {pair for pair in shares if shares[pair] >= at_least}


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A batch's folder: bob has ann's answer, cem his own, and dee's is none."""
    monkeypatch.setenv("ETUDE_BANK", str(tmp_path / "bank"))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.chdir(tmp_path)
    exercise = known_to("backprop", tmp_path / "bank")
    exercise.metadata_path.write_bytes(CATALOG.get("backprop").metadata_path.read_bytes())
    first, second = rights("backprop")[:2]
    store = Store.open(tmp_path / "out")
    hostile = first.replace("\n", f"  # {HOSTILE}\n", 1)
    for result in (answer("ann", hostile), answer(f"bob{HOSTILE}", disguised(first)), answer("cem", second)):
        store.keep(result)
    store.keep(Result("dee", "backprop", "backprop.py", "", "", None, refused="backprop.py: is empty"))
    return store.out


def similar(*arguments: str) -> click.testing.Result:
    return CliRunner().invoke(main, ["course", "similar", *arguments], catch_exceptions=False)


def test_the_terminal_says_who_where_and_that_it_is_no_verdict(out: Path) -> None:
    result = similar("out")
    assert result.exit_code == 0
    assert "backprop: 3 answers, 3 with enough of their own" in result.output
    assert re.search(
        r"ann, backprop.py: [789]\d% of its own \d+ characters also in bob.*'s: lines \d+–\d+", result.output
    )
    assert "cem" not in result.output
    assert "\x1b" not in result.output
    assert CAUTION in " ".join(result.output.split())
    assert str(OWN_LEAST) in result.output


def test_a_comparison_that_takes_long_says_how_far_it_is(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "answers:" not in similar("out").output
    monkeypatch.setattr("etude.cli.bar.PATIENCE", -1.0)
    said = similar("out").output
    assert "backprop: reading answers: 3 of 3" in said
    assert "backprop: comparing answers: 3 of 3" in said


def test_the_page_shows_both_and_what_students_wrote_is_escaped(out: Path) -> None:
    assert similar("out", "--html", "page.html").exit_code == 0
    page = Path("page.html").read_text()
    assert page.count("<mark") > 10
    assert "my_" in page
    assert "&lt;script&gt;" in page
    for never in ("<script", "\x1b", "http", "src="):
        assert never not in page
    assert "Alike is not copied" in page
    assert "prefers-color-scheme: dark" in page
    assert "is already there" in similar("out", "--html", "page.html").output
    assert sorted(path.name for path in Path().iterdir()) == ["bank", "out", "page.html"]


def test_json_is_the_same_every_time(out: Path) -> None:
    command = [sys.executable, "-c", "from etude.cli import main; main()", "course", "similar", "out", "--json"]
    printed = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": salt}, check=True, capture_output=True).stdout
        for salt in ("1", "2")
    ]
    assert printed[0] == printed[1]
    (found,) = json.loads(printed[0])["exercises"]
    ((one, other),) = found["pairs"]
    assert (one["student"], other["student"]) == ("ann", f"bob{HOSTILE}")
    assert one["share"] > 0.7
    assert all(1 <= first <= last for first, last in one["lines"])


def test_what_cannot_be_compared_is_told_in_one_line(out: Path) -> None:
    assert "is not what `etude batch` wrote" in similar("nowhere").output
    assert not Path("nowhere").exists()
    assert "holds no answer to it" in similar("out", "--exercise", "relu").output
    Store.open(out).keep(answer("ann", "x = 1\n", "unheard_of"))
    assert similar("out", "--exercise", "backprop").exit_code == 0
    result = similar("out")
    assert result.exit_code == 2
    assert "no exercise of that name" in result.output
    assert "backprop: 3 answers" in result.output
