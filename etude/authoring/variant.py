"""A private variant: begun as a copy of an exercise, and audited until the original's solution no longer answers it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from etude.authoring.answers import DEBUG
from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.skeleton import write_new
from etude.catalog import shipped_bank
from etude.errors import CatalogError, EtudeError
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.metadata import read_exercise, read_text

_COPIED = (".md", ".py", ".toml")  # misconceptions.json would be out of date: its hash covers metadata and names


def write_variant(original: Exercise, bank: Path, chapter: str, name: str) -> list[Path]:
    """Copy the original's files; EtudeError, and nothing written, where that cannot be done."""
    if original.id.startswith(DEBUG) and not name.startswith(DEBUG):
        raise EtudeError(name, f"{original.id} begins with code to mend, so its variant does", f"name it {DEBUG}{name}")
    variant = replace(original, bank=bank, chapter=chapter, id=name)
    files = {new: read_text(old) for old, new in _places(original, variant).items()}
    own = re.sub(r"^variant_of\b.*\n", "", files[variant.metadata_path], flags=re.MULTILINE)
    files[variant.metadata_path] = f'variant_of = "{original.id}"\n{own}'
    write_new(files)
    return list(files)


def audit_unchanged(exercise: Exercise) -> Iterator[Fault]:
    """What a variant still has word for word, in the order in which its author changes it."""
    try:
        original = _original(exercise)
    except CatalogError as error:
        yield _unreadable(error)
        return
    known, renamed = original.id, _renamed(original, exercise)
    for own, other, mend in (
        (exercise.prompt_path, original.prompt_path, f"change what is asked, or looking up {known} answers it"),
        (exercise.stub_path, original.stub_path, "say in it what the prompt asks now"),
        (exercise.solution_path, original.solution_path, "answer what the prompt asks now, and explain that"),
    ):
        if own.exists() and other.exists() and _words(own, {}) == _words(other, renamed):
            yield Fault(own, f"is still that of {known}", mend)


def audit_known_solution(bench: Bench, exercise: Exercise, seeds: Sequence[int]) -> Iterator[Fault]:
    """The original's solution is to be a wrong answer, also under the names that the variant asks for."""
    try:
        original = _original(exercise)
        solution = read_text(original.solution_path)
    except CatalogError as error:
        yield _unreadable(error)
        return
    aliases = [f"\n{new} = {old}\n" for old, new in _renamed(original, exercise).items()]
    source = "".join([solution, *aliases])
    options = [GradeOptions(seed=seed, speed=False) for seed in seeds]
    full = sum(bench.grade(exercise, original.solution_path.name, source, option).full_marks for option in options)
    if full:
        problem = f"the solution of {original.id} still gets full marks ({full} of {len(seeds)} seeds)"
        yield Fault(exercise.grader_path, problem, "check what the prompt asks now")


def _places(original: Exercise, variant: Exercise) -> dict[Path, Path]:
    """Each file of the original, and where the variant has it."""
    places = {
        path: new / path.relative_to(old)
        for old, new in ((original.folder, variant.folder), (original.grader_folder, variant.grader_folder))
        for path in sorted(old.rglob("*"))
        if path.suffix in _COPIED
    }
    return {**places, original.solution_path: variant.solution_path, original.grader_path: variant.grader_path}


def _original(exercise: Exercise) -> Exercise:
    """In the same bank or the shipped one, where it was found when the variant was begun; CatalogError if gone."""
    for bank in (exercise.bank, shipped_bank()):
        for place in bank.glob(f"exercises/*/{exercise.variant_of}/exercise.toml"):
            if place != exercise.metadata_path:
                return read_exercise(place)
    problem = f"variant_of is '{exercise.variant_of}', which neither this bank nor the shipped one has"
    raise CatalogError(exercise.metadata_path, problem, "name the exercise that it is a variant of")


def _unreadable(error: CatalogError) -> Fault:
    return Fault(Path(error.subject), error.problem, error.fix)


def _renamed(original: Exercise, exercise: Exercise) -> dict[str, str]:
    """Entry points by their new names: another name alone changes nothing."""
    gone = [name for name in original.entry_points if name not in exercise.entry_points]
    come = [name for name in exercise.entry_points if name not in original.entry_points]
    return dict(zip(gone, come, strict=False))


def _words(path: Path, renamed: dict[str, str]) -> list[str]:
    """Its text without regard to white space."""
    return re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), read_text(path)).split()
