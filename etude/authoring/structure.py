"""Section 1: the files of an exercise are there, none is astray, and they agree with each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from etude.authoring.fault import Fault
from etude.authoring.granted import Granted
from etude.authoring.signatures import signatures
from etude.authoring.variant import audit_unchanged
from etude.errors import CatalogError
from etude.exercise import Exercise, Level
from etude.wrong_answer import WrongAnswer

FEWEST_HINTS, FEWEST_RIGHT, FEWEST_WRONG, FEWEST_WRONG_DEEP = 3, 2, 5, 8
SECTIONS = ("Idea", "Cost", "Pitfalls", "Follow-up")  # of a reference's docstring
_SHORTEST = 3  # characters of a word of a banned name


def audit_structure(exercise: Exercise) -> Iterator[Fault]:
    needed = (exercise.prompt_path, exercise.stub_path, exercise.solution_path, exercise.grader_path)
    missing = [path for path in needed if not path.exists()]
    yield from (Fault(path, "missing", "write it") for path in missing)
    if exercise.variant_of:
        yield from audit_unchanged(exercise)
    yield from _counts(exercise)
    yield from _wrong_docstrings(exercise)
    yield from _granted(exercise)
    if exercise.prompt_path not in missing:
        yield from _prompt(exercise)
    if exercise.solution_path not in missing:
        yield from _explanation(exercise)
        if exercise.stub_path not in missing:
            yield from _agreement(exercise)


def gradable(exercise: Exercise) -> bool:
    """Whether its files are there and are Python, whatever else is wrong with them."""
    try:
        for path in (exercise.stub_path, exercise.solution_path, exercise.grader_path):
            ast.parse(path.read_text("utf-8"))
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def audit_folders(bank: Path) -> Iterator[Fault]:
    """Files that belong to no exercise, or to no place in one."""
    ids = {path.parent.relative_to(bank / "exercises") for path in (bank / "exercises").glob("*/*/exercise.toml")}
    for path in sorted(bank.glob("exercises/**/*")) + sorted(bank.glob("graders/**/*")):
        part = path.relative_to(bank)
        if path.is_dir() or "__pycache__" in part.parts or part.match("exercises/*/quiz.toml"):
            continue
        if Path(*part.parts[1:3]) not in ids:
            yield Fault(path, "belongs to no exercise", "move it, or write the exercise.toml that it belongs to")
        elif not _has_a_place(part):
            yield Fault(path, "has no place in an exercise", "move it, or delete it")
    for path in sorted((bank / "solutions").glob("**/*.py")):
        if path.relative_to(bank / "solutions").with_suffix("") not in ids:
            yield Fault(path, "belongs to no exercise", "move it, or write the exercise.toml that it belongs to")


def _has_a_place(part: Path) -> bool:
    root, _, name, *rest = part.parts
    inside = "/".join(rest)
    if root == "exercises":
        return inside in {"exercise.toml", "prompt.md", "stub.py"}
    own = {f"test_{name}.py", "probe.py", "equivalent.toml", "misconceptions.json"}
    return inside in own or re.fullmatch(r"(right|wrong)/[^/]+\.py", inside) is not None


def _counts(exercise: Exercise) -> Iterator[Fault]:
    fewest_wrong = FEWEST_WRONG_DEEP if exercise.level in (Level.DEEP, Level.STRETCH) else FEWEST_WRONG
    for path, what, count, fewest in (
        (exercise.metadata_path, "hints", len(exercise.hints), FEWEST_HINTS),
        (exercise.grader_folder / "right", "right answers", len(exercise.right_answers()), FEWEST_RIGHT),
        (exercise.grader_folder / "wrong", "wrong answers", len(exercise.wrong_answers()), fewest_wrong),
    ):
        if count < fewest:
            yield Fault(path, f"{count} {what}", f"write {fewest} at least")


def _wrong_docstrings(exercise: Exercise) -> Iterator[Fault]:
    checks = _functions(exercise.grader_path)
    for path in exercise.wrong_answers():
        try:
            wrong = WrongAnswer.read(path)
        except (ValueError, SyntaxError) as error:
            yield Fault(path, str(error), "write Misconception, Caught by and Advice in it")
            continue
        for name in wrong.must_keep(frozenset()) - checks:
            yield Fault(path, f"`Keeps` names {name}, which is no check", "name a function of the grader")


def _functions(path: Path) -> set[str]:
    try:
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    except (OSError, SyntaxError, ValueError):
        return set()
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def _granted(exercise: Exercise) -> Iterator[Fault]:
    try:
        Granted.read(exercise)
    except CatalogError as error:
        yield Fault(Path(error.subject), error.problem, error.fix)


def _prompt(exercise: Exercise) -> Iterator[Fault]:
    prompt = exercise.prompt_path.read_text("utf-8")
    if not prompt.startswith("# "):
        yield Fault(exercise.prompt_path, "has no title", "begin it with `# …`")
    for name in (*exercise.entry_points, *exercise.errors):
        if not re.search(rf"\b{re.escape(name)}\b", prompt):
            yield Fault(exercise.prompt_path, f"does not name {name}", "say what it is asked to be")
    for pattern in exercise.banned:
        if not _named(pattern.rpartition(".")[2], prompt.lower()):
            yield Fault(exercise.prompt_path, f"does not say that {pattern} is banned", "name it")


def _named(name: str, prompt: str) -> bool:
    """Private names go without saying; `alpha_dropout*` is named where dropout is."""
    words = [word.lower() for word in re.split(r"[*_]", name) if len(word) >= _SHORTEST]
    return name.startswith("_") or not words or any(word in prompt for word in words)


def _explanation(exercise: Exercise) -> Iterator[Fault]:
    try:
        text = ast.get_docstring(ast.parse(exercise.solution_path.read_text("utf-8"))) or ""
    except SyntaxError as error:
        yield Fault(exercise.solution_path, f"is not Python ({error})", "mend it")
        return
    if lacking := [section for section in SECTIONS if not re.search(rf"^{section}", text, re.MULTILINE)]:
        yield Fault(exercise.solution_path, f"its docstring lacks {', '.join(lacking)}", "explain the answer there")


def _agreement(exercise: Exercise) -> Iterator[Fault]:
    try:
        stub, reference = (signatures(path) for path in (exercise.stub_path, exercise.solution_path))
    except SyntaxError as error:
        yield Fault(Path(error.filename or exercise.stub_path), f"is not Python ({error.msg})", "mend it")
        return
    for name in exercise.entry_points:
        for path, found in ((exercise.stub_path, stub), (exercise.solution_path, reference)):
            if name not in found:
                yield Fault(path, f"does not define {name}", "define it at the top level")
        if name in stub and name in reference and stub[name] != reference[name]:
            problem = f"{name}{stub[name]}, but the reference has {name}{reference[name]}"
            yield Fault(exercise.stub_path, problem, "give both the same parameters and defaults")
