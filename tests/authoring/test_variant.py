"""`etude new --from`: a variant begins as a copy, and the audit leads its author until the copied answer fails it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.structure import audit_folders, audit_structure
from etude.authoring.variant import audit_known_solution
from etude.catalog import Catalog, shipped_bank
from etude.cli import main
from etude.errors import CatalogError
from etude.exercise import Exercise
from tests.conftest import MINI_BANK

PROMPT, STUB, REFERENCE, GRADER = (
    "exercises/q01_basics/triple/prompt.md",
    "exercises/q01_basics/triple/stub.py",
    "solutions/q01_basics/triple.py",
    "graders/q01_basics/triple/test_triple.py",
)
UNCHANGED = [
    f"{PROMPT}: is still that of double: change what is asked, or looking up double answers it",
    f"{STUB}: is still that of double: say in it what the prompt asks now",
    f"{REFERENCE}: is still that of double: answer what the prompt asks now, and explain that",
]
STILL_ANSWERED = (
    f"{GRADER}: the solution of double still gets full marks (2 of 2 seeds): check what the prompt asks now"
)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINI_BANK, tmp_path / "bank"))


def new(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def variant(bank: Path) -> Exercise:
    """`triple`, begun from `double`; read anew, as each audit does."""
    if not (bank / PROMPT).exists():
        assert new("q01_basics/triple", "--from", "double", "--bank", bank).exit_code == 0
    return Catalog.load([bank]).get("triple")


def unchanged(exercise: Exercise) -> list[str]:
    """The structure section's lines on what is still the original's; they come before all others."""
    lines = [str(fault).removeprefix(f"{exercise.bank}/") for fault in audit_structure(exercise)]
    found = [line for line in lines if "is still that of" in line]
    assert lines[: len(found)] == found
    return found


def answered(bench: Bench, exercise: Exercise) -> list[str]:
    found = audit_known_solution(bench, exercise, range(2))
    return [str(fault).removeprefix(f"{exercise.bank}/") for fault in found if isinstance(fault, Fault)]


def replace(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_a_variant_is_an_exercise_of_its_bank_and_says_where_it_came_from(bank: Path) -> None:
    said = new("q01_basics/triple", "--from", "double", "--bank", bank)
    assert (said.exit_code, said.stderr) == (0, "")
    assert len(said.stdout.splitlines()) <= 3
    assert f"`etude audit triple --bank {bank}`" in said.stdout
    exercise = variant(bank)
    assert exercise.variant_of == "double"
    assert exercise.entry_points == ("double",)
    assert exercise.hints == Catalog.load([bank]).get("double").hints
    assert exercise.grader_path.exists()
    assert [path.name for path in exercise.right_answers()] == ["addition.py", "shifted.py"]
    assert [path.name for path in exercise.wrong_answers()] == ["absolute.py", "in_place.py"]
    assert [*audit_folders(bank)] == []


def test_the_audit_names_what_is_still_the_originals(bench: Bench, bank: Path) -> None:
    exercise = variant(bank)
    assert unchanged(exercise) == UNCHANGED
    assert answered(bench, exercise) == [STILL_ANSWERED]


def test_white_space_and_a_new_name_change_nothing(bench: Bench, bank: Path) -> None:
    variant(bank)
    for path in bank.glob("*/q01_basics/triple*/**/*"):
        if path.suffix in (".toml", ".py", ".md") and "wrong" not in path.parts:
            text = path.read_text("utf-8").replace("double(", "triple(").replace(".double", ".triple")
            path.write_text(text.replace('["double"]', '["triple"]').replace("\n\n", "\n\n\n"), "utf-8")
    replace(bank / REFERENCE, ("double(", "triple("))
    exercise = variant(bank)
    assert exercise.entry_points == ("triple",)
    assert unchanged(exercise) == UNCHANGED
    assert answered(bench, exercise) == [STILL_ANSWERED]


def test_each_change_takes_its_line_away_and_the_last_makes_it_an_exercise_like_any_other(
    bench: Bench, bank: Path
) -> None:
    variant(bank)
    replace(bank / PROMPT, ("doubled", "tripled"), ("Twice as much", "Thrice as much"), ("[ 2., -5.]", "[ 3. , -7.5]"))
    assert unchanged(variant(bank)) == UNCHANGED[1:]
    replace(bank / STUB, ("doubled", "tripled"), ("Twice", "Thrice"))
    assert unchanged(variant(bank)) == UNCHANGED[2:]
    replace(bank / REFERENCE, ("2 * x", "3 * x"), ("doubled", "tripled"))
    assert unchanged(variant(bank)) == []
    assert answered(bench, variant(bank)) == [STILL_ANSWERED]
    replace(bank / GRADER, ("x + x", "3 * x"), ("doubled", "tripled"))
    assert answered(bench, variant(bank)) == []
    own, original = (list(audit_structure(Catalog.load([bank]).get(name))) for name in ("triple", "double"))
    assert [fault.problem for fault in own] == [fault.problem for fault in original]


def test_the_command_tells_all_of_it(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(bank.parent / "cache"))
    variant(bank)
    sections = ("--only", "structure", "--only", "wrong", "--seeds", "2")
    audit = CliRunner().invoke(main, ["audit", "triple", "--bank", str(bank), *sections])
    assert audit.exit_code == 1
    for line in (*UNCHANGED, STILL_ANSWERED):
        assert f"{bank}/{line}" in audit.stdout.splitlines()


def test_a_variant_of_a_shipped_exercise_in_a_bank_of_its_own(bench: Bench, tmp_path: Path) -> None:
    bank = tmp_path / "private"
    said = new("q02_activations/gate", "--from", "sigmoid", "--bank", bank)
    assert said.exit_code == 0, said.output
    gate = Catalog.load([shipped_bank(), bank]).get("gate")
    assert gate.probe_path.exists()
    assert not gate.misconceptions_path.exists()
    assert [Path(line.partition(":")[0]).name for line in unchanged(gate)] == ["prompt.md", "stub.py", "gate.py"]
    (problem,) = answered(bench, gate)
    assert "the solution of sigmoid still gets full marks (2 of 2 seeds)" in problem
    assert [fault for fault in audit_structure(gate) if "is still that of" not in fault.problem] == []
    assert [*audit_folders(bank)] == []


def test_tables_stay_below_the_new_key_and_a_variant_can_have_variants(bank: Path) -> None:
    assert new("q01_basics/affine_two", "--from", "affine", "--bank", bank).exit_code == 0
    assert new("q01_basics/affine_three", "--from", "affine_two", "--bank", bank).exit_code == 0
    affine, two, three = (Catalog.load([bank]).get(name) for name in ("affine", "affine_two", "affine_three"))
    assert (two.variant_of, three.variant_of) == ("affine", "affine_two")
    assert affine.speed == two.speed == three.speed != ()


@pytest.mark.parametrize("name", ["doubel", "triple"])
def test_an_original_that_is_not_there_is_named_once(bench: Bench, bank: Path, name: str) -> None:
    exercise = variant(bank)
    replace(exercise.metadata_path, ('variant_of = "double"', f'variant_of = "{name}"'))
    exercise = variant(bank)
    first = next(audit_structure(exercise))
    assert first.problem == f"variant_of is '{name}', which neither this bank nor the shipped one has"
    assert [*audit_known_solution(bench, exercise, range(2))] == [first]


@pytest.mark.parametrize("value", ['""', "1", '"../double"', '"*"'])
def test_what_it_is_a_variant_of_is_a_name(bank: Path, value: str) -> None:
    replace(variant(bank).metadata_path, ('variant_of = "double"', f"variant_of = {value}"))
    with pytest.raises(CatalogError, match=r"variant_of is .*: write the name of an exercise"):
        variant(bank)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["q01_basics/triple", "--from", "doubel"], "doubel: no exercise of that name: did you mean double"),
        (["q01_basics/mean", "--from", "double"], "mean: there is an exercise of that name already: choose another"),
        (["q02_activations/softmax", "--from", "double"], "softmax: there is an exercise of that name already"),
        (
            ["q02_activations/gates", "--from", "debug_activations"],
            "gates: debug_activations begins with code to mend, so its variant does: name it debug_gates",
        ),
        (
            ["q01_basics/triple", "--from", "double", "--framework", "torch"],
            "--framework: a variant has that of double",
        ),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(bank: Path, arguments: list[str], said: str) -> None:
    before = sorted(bank.rglob("*"))
    result = new(*arguments, "--bank", bank)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr
    assert sorted(bank.rglob("*")) == before


@pytest.mark.parametrize(
    ("in_the_way", "said"),
    [
        ("", "is not a folder: name another with --bank DIR"),
        ("graders/q01_basics", "cannot be written (Not a directory): see what is in the way"),
        (GRADER, "is there already: choose another name, or delete it first"),
    ],
)
@pytest.mark.parametrize("source", [["--from", "sigmoid"], []])
def test_what_stands_in_the_way_is_named_and_kept(
    tmp_path: Path, in_the_way: str, said: str, source: list[str]
) -> None:
    bank = tmp_path / "private"
    (bank / in_the_way).parent.mkdir(parents=True, exist_ok=True)
    (bank / in_the_way).write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    result = new("q01_basics/triple", *source, "--bank", bank)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (bank / in_the_way).read_text() == "mine"


def test_an_original_without_its_solution_is_one_line(bank: Path) -> None:
    (bank / "solutions/q01_basics/double.py").unlink()
    result = new("q01_basics/triple", "--from", "double", "--bank", bank)
    assert result.exit_code == 2
    assert "double.py: this bank does not have it: write it, or ask whoever gave you the bank" in result.stderr
    assert not (bank / PROMPT).parent.exists()
