"""Find exercises in one or more banks, and turn their `exercise.toml` into Exercise.

Finding reads folder names only; a file is parsed and checked when its exercise is asked for. So one command on one
exercise is quick, and a mistake in another exercise does not stand in its way. Iterating checks all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from etude.errors import CatalogError
from etude.exercise import Exercise, Level
from etude.metadata import is_identifier, read_exercise

CHAPTER = re.compile(r"q\d\d_[a-z0-9_]+")
_LEVELS = list(Level)


def shipped_bank() -> Path:
    """The bank that came with étude: the checkout's root, or the wheel's data folder outside site-packages."""
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "exercises").is_dir():
        return checkout
    import sysconfig

    schemes = (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    places = [Path(sysconfig.get_path("data", scheme), "share", "etude") for scheme in schemes]
    return next((place for place in places if (place / "exercises").is_dir()), places[0])


@dataclass(frozen=True)
class Catalog:
    """The exercises of `banks`: in order of chapter, then level, then id."""

    banks: tuple[Path, ...]
    places: tuple[Path, ...]  # each exercise's metadata file: <bank>/exercises/<chapter>/<id>/exercise.toml

    @classmethod
    def load(cls, banks: Sequence[Path]) -> Catalog:
        unique = tuple(dict.fromkeys(bank.resolve() for bank in banks))
        catalog = cls(unique, tuple(place for bank in unique for place in _find(bank)))
        catalog._refuse_doubles()
        return catalog

    @property
    def ids(self) -> list[str]:
        return sorted(self._by_id)

    def get(self, exercise: str) -> Exercise:
        """The exercise of that name; CatalogError with the nearest names where there is none."""
        place = self._by_id.get(exercise)
        if place is None:
            raise CatalogError(exercise, "no exercise of that name", _suggestion(exercise, self.ids))
        return read_exercise(place)

    def __iter__(self) -> Iterator[Exercise]:
        return iter(in_order(read_exercise(place) for place in self.places))

    def __len__(self) -> int:
        return len(self.places)

    @property
    def _by_id(self) -> dict[str, Path]:
        return {place.parent.name: place for place in self.places}

    def _refuse_doubles(self) -> None:
        seen: dict[str, Path] = {}
        for place in self.places:
            name = place.parent.name
            if name in seen:
                raise CatalogError(place, f"'{name}' is already the name of {seen[name]}", "rename one of the folders")
            seen[name] = place


def in_order(exercises: Iterable[Exercise]) -> list[Exercise]:
    return sorted(exercises, key=lambda e: (e.chapter, _LEVELS.index(e.level), e.id))


def _find(bank: Path) -> list[Path]:
    """The metadata files of a bank, their folders' names checked."""
    folder = bank / "exercises"
    if not folder.is_dir():
        raise CatalogError(bank, "is not a bank: it has no folder 'exercises'", _bank_fix(bank))
    places = sorted(folder.glob("*/*/exercise.toml"))
    for place in places:
        chapter, name = place.parts[-3:-1]
        if not CHAPTER.fullmatch(chapter):
            raise CatalogError(
                place.parents[1], f"'{chapter}' is not a chapter's name", "name the folder like q02_activations"
            )
        if not is_identifier(name):
            raise CatalogError(place.parent, f"'{name}' is not a Python identifier", "name the folder like batch_norm")
    return places


def _bank_fix(bank: Path) -> str:
    if bank == shipped_bank().resolve():
        return "install étude again (pip install --force-reinstall etude), or name a bank with --bank DIR"
    return "give the folder that holds exercises/, solutions/ and graders/"


def _suggestion(name: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=3, cutoff=0.55)
    return f"did you mean {' or '.join(near)}?" if near else "`etude list` shows them all"
