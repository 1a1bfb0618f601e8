"""All that is known of each candidate, gathered for the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

from etude.batch.store import Result
from etude.exercise import Exercise
from etude.extras import missing_extras
from etude.metadata import read_text
from etude.takehome.candidates import read_names
from etude.takehome.dossier import Dossier
from etude.takehome.folder import Folder
from etude.takehome.follow_ups import follow_ups
from etude.takehome.submissions import Handed

if TYPE_CHECKING:
    from etude.batch.similarity import Pair

LINES = 5  # of an answer: a shorter one may well be written twice
AT_LEAST = 0.6  # of one answer's own part is in the other


def dossiers(folder: Folder, handed: Mapping[str, Handed], blind: bool) -> dict[str, Dossier]:
    """Of every candidate in `handed`, by pseudonym, the best first. `blind`: nothing else is told of who it is."""
    exercises, names = folder.exercises(), read_names(folder.names)
    results = _results(folder, handed)
    shown = {candidate: candidate if blind else names[candidate] for candidate in handed}
    pairs = _pairs(exercises, results, shown)
    points = {
        result.exercise: result.report.maximum for by in results.values() for result in by.values() if result.report
    }
    asked = {exercise.id: follow_ups(exercise) for exercise in exercises}
    same = _same_texts(exercises, results)
    found = {
        candidate: Dossier(
            candidate=shown[candidate],
            title=folder.settings.title,
            minutes=folder.settings.minutes,
            due=folder.settings.due,
            exercises=tuple(exercises),
            results=results[candidate],
            remarks=(
                *one.remarks,
                *(f"{exercise}: the same text as {shown[other]}'s" for exercise, other in same[candidate]),
            ),
            events=one.journal.events,
            used=one.used,
            late=one.late(folder.settings),
            versions=one.versions,
            pairs=tuple(pair for pair in pairs if pair.one.student == shown[candidate]),
            points=points,
            follow_ups=asked,
        )
        for candidate, one in handed.items()
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].score, item[1].candidate)))


def _results(folder: Folder, handed: Mapping[str, Handed]) -> dict[str, dict[str, Result]]:
    """By candidate and exercise; what an earlier submission held counts no more."""
    found: dict[str, dict[str, Result]] = {candidate: {} for candidate in handed}
    for result in folder.store().results():
        if result.student in handed and result.exercise in handed[result.student].answers:
            found[result.student][result.exercise] = result
    return found


def _same_texts(
    exercises: Sequence[Exercise], results: Mapping[str, Mapping[str, Result]]
) -> dict[str, list[tuple[str, str]]]:
    """Of each candidate, (exercise, other): answers that are the same, letter for letter, and nobody else's words."""
    found: dict[str, list[tuple[str, str]]] = {candidate: [] for candidate in results}
    for exercise in exercises:
        public = [exercise.stub_path, exercise.solution_path, *exercise.right_answers()]
        explained = {read_text(path).strip() for path in public}
        texts = {candidate: by[exercise.id].source.strip() for candidate, by in results.items() if exercise.id in by}
        own = {name: text for name, text in texts.items() if _lines(text) >= LINES and text not in explained}
        for one, other in permutations(own, 2):
            if own[one] == own[other]:
                found[one].append((exercise.id, other))
    return found


def _lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def _pairs(
    exercises: Sequence[Exercise], results: Mapping[str, Mapping[str, Result]], shown: Mapping[str, str]
) -> list[Pair]:
    """Each pair twice, so that each candidate's page has it the right way round. None without copydetect."""
    if missing_extras(["similar"]):
        return []
    from etude.batch.similarity import Pair, compare

    found: list[Pair] = []
    for exercise in exercises:
        answers = [by[exercise.id] for by in results.values() if exercise.id in by and by[exercise.id].source]
        for pair in compare(exercise, answers, AT_LEAST).pairs:
            one, other = (replace(side, student=shown[side.student]) for side in (pair.one, pair.other))
            found += [Pair(exercise.id, one, other), Pair(exercise.id, other, one)]
    return found
