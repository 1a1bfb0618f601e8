"""What a candidate sees of the shipped bank holds: the references pass its examples and contract checks."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.extras import missing_extras
from tests.takehome.kit_support import begun, journal, make_kit, takehome

BANK = list(Catalog.load([shipped_bank()]))
SKETCHES = {"curriculum"}  # their examples speak of things that the prompt does not define: shown, but not run
Checked = tuple[str, dict[str, dict[str, int]]]  # what `check` says, and what it notes for each exercise


def installed(exercise: Exercise) -> bool:
    return not missing_extras(exercise.required_extras)


def check_all(folder: Path, asked: list[Exercise]) -> Checked:
    begun(make_kit(folder, asked))
    for exercise in asked:
        shutil.copy(exercise.solution_path, folder / "answers" / f"{exercise.id}.py")
    output = takehome(folder, "check").stdout
    return output, journal(folder)[-1]["about"]["results"]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Checked]:
    """Of a framework: all of its exercises in one folder, answered by the references, in one run."""

    @functools.cache
    def of(framework: str) -> Checked:
        asked = [exercise for exercise in BANK if exercise.framework == framework and installed(exercise)]
        return check_all(tmp_path_factory.mktemp(framework) / "kit", asked)

    return of


@pytest.mark.parametrize("exercise", BANK, ids=lambda exercise: exercise.id)
def test_the_reference_passes_what_the_candidate_sees(exercise: Exercise, checked: Callable[[str], Checked]) -> None:
    if not installed(exercise):
        pytest.skip(f"needs {', '.join(missing_extras(exercise.required_extras))}")
    output, results = checked(exercise.framework)
    result = results[exercise.id]
    assert result["passed"] == result["of"] > len(exercise.entry_points), output
    shown = ">>>" in exercise.prompt_path.read_text("utf-8") and exercise.id not in SKETCHES
    assert (f"examples in questions/{exercise.id}.md" in output) == shown
