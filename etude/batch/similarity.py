"""Pairs of answers to one exercise that have more in common than the exercise explains, for a person to judge.

An answer's fingerprints are its runs of RUN characters once copydetect has put one letter for every name and string,
and taken comments and whitespace out. Set aside is every fingerprint that

- the exercise explains: it is in the stub, the prompt's code blocks, the reference or one of the bank's right answers;
- the class explains: it is in more than CLASS_SHARE of the class's answers, and in CLASS_LEAST of them at least.

What is left is an answer's own part. Two answers are a pair where a large share of the own part of one is in the other.
Short own parts are alike by chance: where fewer than OWN_LEAST characters are left, nothing is claimed.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from copydetect import CodeFingerprint
from copydetect.utils import get_copied_slices

from etude.batch.store import Result
from etude.exercise import Exercise
from etude.metadata import read_text

RUN = 25
OWN_LEAST = 200  # about ten lines
CLASS_SHARE = 1 / 3
CLASS_LEAST = 5
LONGEST = 30_000  # characters of an answer that is looked at: the lexer's time is quadratic in some that mean it ill
SHOWN = 100  # pairs of an exercise, on a page or a terminal
CAUTION = (
    "Alike is not copied. Two answers are named here because they have the same structure beyond what the exercise "
    "explains, and there may be good reasons for that. Read both and judge for yourself; nothing here is a score, and "
    "no grade depends on it."
)
METHOD = (
    "Names, strings, comments, whitespace and the order of functions make no difference. Set aside before: what is in "
    "the stub, the question's code, the reference or a right answer of the bank, and what more than a third of the "
    f"class, {CLASS_LEAST} at least, have in common; so what went round the whole class does not show. Of an answer "
    f"with fewer than {OWN_LEAST} characters of its own left (about ten lines) nothing is claimed: short answers are "
    "alike by chance."
)
_CODE_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)

Lines = tuple[tuple[int, int], ...]  # first and last of each stretch, from 1
Item = TypeVar("Item")


@dataclass(frozen=True)
class Side:
    """One answer of a pair."""

    student: str
    file: str
    source: str
    own: int  # characters of its own part, as they are compared
    share: float  # of its own part, that is also in the other
    lines: Lines  # where that is


@dataclass(frozen=True)
class Pair:
    exercise: str
    one: Side
    other: Side

    @property
    def share(self) -> float:
        """The larger of the two: an answer may be taken over whole into a longer one."""
        return max(self.one.share, self.other.share)


@dataclass(frozen=True)
class Comparison:
    """One exercise over the class."""

    exercise: str
    answers: int
    compared: int  # those with enough of their own
    too_long: tuple[str, ...]  # whose answers were not looked at
    pairs: tuple[Pair, ...]  # the most alike first

    def nothing_found(self, at_least: float) -> str:
        """What to say where there are no pairs."""
        if self.compared < 2:
            return "Too little of their own: nothing is claimed."
        return f"No two share {at_least:.0%} of what is their own."


class Watched(Protocol):
    """Yields the items, and may tell how far that is."""

    def __call__(self, items: Sequence[Item], doing: str, /) -> Iterable[Item]: ...


def _unwatched(items: Sequence[Item], _: str) -> Iterable[Item]:
    return items


def compare(
    exercise: Exercise, results: Sequence[Result], at_least: float, watched: Watched = _unwatched
) -> Comparison:
    """The pairs among these answers to `exercise` where at least this share of one's own part is in the other."""
    too_long = [result.student for result in results if len(result.source) > LONGEST]
    read = [result for result in results if result.student not in too_long]
    prints = [(result, _fingerprint(result.source)) for result in watched(read, "reading")]
    explained = _explained_by_exercise(exercise) | _explained_by_class([code for _, code in prints])
    own = [_OwnPart.of(result, code, explained) for result, code in prints]
    compared = sorted((each for each in own if each.size >= OWN_LEAST), key=lambda each: each.result.student)
    pairs = [
        pair
        for after, one in enumerate(watched(compared, "comparing"), 1)
        for other in compared[after:]
        if (pair := _pair(one, other, at_least))
    ]
    pairs.sort(key=lambda pair: -pair.share)
    return Comparison(exercise.id, len(results), len(compared), tuple(too_long), tuple(pairs))


def line_ranges(lines: Lines) -> str:
    return ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in lines)


def text_lines(source: str) -> list[str]:
    """As an editor numbers them."""
    return re.split(r"\r\n|\r|\n", source)


def _fingerprint(source: str) -> Any:
    """Every run, none left out by winnowing, which chooses by Python's hashes: another process has others."""
    # Without what ends a line in whitespace, on empty lines of which the lexer takes minutes.
    text = "\n".join(line.rstrip() for line in text_lines(source)).lstrip("\n")  # as its lexer does: places stay right
    return CodeFingerprint("answer", RUN, 1, language="python", fp=io.StringIO(text, newline=""))


def _explained_by_exercise(exercise: Exercise) -> set[int]:
    """What anyone may write who has read the question, and what independent people have written before."""
    answers = [exercise.solution_path, *exercise.right_answers()]
    sources = [read_text(path) for path in (exercise.stub_path, *answers)]
    sources += _CODE_BLOCK.findall(read_text(exercise.prompt_path))
    return {value for source in sources for value in _fingerprint(source).hashes}


def _explained_by_class(prints: Sequence[Any]) -> set[int]:
    counts = Counter(value for code in prints for value in code.hashes)
    return {value for value, count in counts.items() if count >= CLASS_LEAST and count > CLASS_SHARE * len(prints)}


@dataclass(frozen=True)
class _OwnPart:
    """An answer without what is explained."""

    result: Result
    code: Any  # a CodeFingerprint
    places: dict[int, list[int]]  # by fingerprint, where it begins
    size: int  # characters

    @classmethod
    def of(cls, result: Result, code: Any, explained: set[int]) -> _OwnPart:
        places = {int(value): where for value, where in code.hash_idx.items() if value not in explained}
        return cls(result, code, places, _size(_stretches(places.values())))

    def may_share(self, values: Iterable[int], at_least: float) -> bool:
        """Whether runs with these fingerprints could cover so much of it: the most that they cover is quick to tell."""
        return RUN * sum(len(self.places[value]) for value in values) >= at_least * self.size

    def side(self, stretches: np.ndarray) -> Side:
        result, share = self.result, _size(stretches) / self.size
        return Side(result.student, result.file, result.source, self.size, share, self._lines(stretches))

    def _lines(self, stretches: np.ndarray) -> Lines:
        """`stretches` as lines of the source, those that touch in one."""
        text = self.code.raw_code
        begins = [0, *(match.end() for match in re.finditer("\n", text))]
        skipped = len(text_lines(self.result.source)) - len(begins)  # empty lines at the start
        found: list[tuple[int, int]] = []
        for start, end in stretches.T:
            first, last = (bisect_right(begins, self._place(at)) + skipped for at in (start, end - 1))
            if found and first <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
        return tuple(found)

    def _place(self, at: int) -> int:
        """Where in the source a character of the filtered code stands."""
        ends, removed = self.code.offsets.T
        # copydetect 0.5 forgets, at a class's name, what was removed before it
        return int(at + np.maximum.accumulate(removed)[min(int(np.searchsorted(ends, at)), len(ends) - 1)])


def _pair(one: _OwnPart, other: _OwnPart, at_least: float) -> Pair | None:
    shared = one.places.keys() & other.places.keys()
    if not shared or not any(part.may_share(shared, at_least) for part in (one, other)):
        return None
    here, there = (_stretches(part.places[value] for value in shared) for part in (one, other))
    if max(_size(here) / one.size, _size(there) / other.size) < at_least:
        return None
    return Pair(one.result.exercise, one.side(here), other.side(there))


def _stretches(places: Iterable[Sequence[int]]) -> np.ndarray:
    """The parts that runs cover which begin at these places: a row of starts, a row of ends."""
    stretches: np.ndarray = get_copied_slices(np.array([*_each(places)], dtype=int), RUN)
    return stretches.astype(int)


def _each(places: Iterable[Sequence[int]]) -> Iterator[int]:
    for where in places:
        yield from where


def _size(stretches: np.ndarray) -> int:
    return int((stretches[1] - stretches[0]).sum())
