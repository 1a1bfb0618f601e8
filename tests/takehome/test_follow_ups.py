"""Questions for the interview are read from a reference's docstring, however it lists them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.takehome.dossier import FollowUp
from etude.takehome.follow_ups import follow_ups

CATALOG = Catalog.load([shipped_bank()])


@pytest.mark.parametrize("exercise", CATALOG.ids)
def test_every_shipped_reference_has_questions_for_an_interview(exercise: str) -> None:
    found = follow_ups(CATALOG.get(exercise))
    assert len(found) >= 2
    for each in found:
        assert each.question.endswith("?")
        assert each.answer
        assert "  " not in each.question + each.answer


def asked(docstring: str, tmp_path: Path) -> tuple[FollowUp, ...]:
    exercise = replace(CATALOG.get("relu"), bank=tmp_path)
    exercise.solution_path.parent.mkdir(parents=True)
    exercise.solution_path.write_text(docstring, encoding="utf-8")
    return follow_ups(exercise)


@pytest.mark.parametrize(
    "listed",
    [
        "Follow-up questions:\n- *It is slow. Why?* It copies.\n  Twice.\n- *And torch.mean?* Does not.",
        "Follow-up questions.\n- It is slow. Why? It copies.\n  Twice.\n- And torch.mean? Does not.",
    ],
)
def test_bullets(listed: str, tmp_path: Path) -> None:
    expected = FollowUp("It is slow. Why?", "It copies. Twice."), FollowUp("And torch.mean?", "Does not.")
    assert asked(f'"""Title.\n\n{listed}\n"""\n', tmp_path) == expected


def test_indented_lines(tmp_path: Path) -> None:
    listed = "Follow-up questions\n    Why so? It is\n    so. Really.\n    And torch.mean, which is\n    fast? Yes."
    expected = FollowUp("Why so?", "It is so. Really."), FollowUp("And torch.mean, which is fast?", "Yes.")
    assert asked(f'"""Title.\n\n{listed}\n"""\n', tmp_path) == expected


@pytest.mark.parametrize("source", ['"""Title."""\n', "x = 1\n", "def f(:\n", '"""T.\n\nFollow-up questions\n"""\n'])
def test_without_a_list_there_are_none(source: str, tmp_path: Path) -> None:
    assert asked(source, tmp_path) == ()
