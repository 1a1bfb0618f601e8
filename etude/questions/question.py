"""A quick question as its author wrote it, and as it is posed: its values drawn, its answer computed."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from reprlib import repr
from typing import Any

from etude.errors import CatalogError
from etude.questions.expression import ExpressionError, evaluate
from etude.questions.template import TemplateError, fill, plain

TOLERANCE = 0.005  # relative, of a fraction; a whole number is exact
_ZERO = 1e-9


@dataclass(frozen=True)
class Posed:
    """What the learner is asked. A numeric question has an answer, the other has choices."""

    id: str
    chapter: str
    ask: str
    explain: str
    choices: tuple[str, ...] = ()
    answer: float | None = None
    right: int = 0  # which choice, from 0
    tolerance: float = 0.0
    unit: str = ""

    def is_right(self, reply: float) -> bool:
        """A number, or a choice from 0."""
        if self.answer is None:
            return reply == self.right
        return math.isclose(reply, self.answer, rel_tol=self.tolerance, abs_tol=_ZERO if self.tolerance else 0.0)

    @property
    def right_answer(self) -> str:
        """As it is shown to who answered wrong."""
        if self.answer is None:
            return str(self.right + 1)
        return f"{plain(self.answer)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Question:
    """One of `<bank>/exercises/<chapter>/quiz.toml`."""

    path: Path
    id: str
    ask: str
    explain: str
    draw: Mapping[str, list[Any]] = field(default_factory=dict)
    let: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""  # an expression; empty where there are choices
    choices: tuple[str, ...] = ()  # the first is right
    tolerance: float | None = None
    unit: str = ""

    @property
    def chapter(self) -> str:
        return self.path.parent.name

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Everything that can be drawn; once nothing, where nothing is drawn."""
        for values in itertools.product(*self.draw.values()):
            yield dict(zip(self.draw, values, strict=True))

    def posed(self, seed: int) -> Posed:
        """The same seed poses the same question, whatever else is asked."""
        rng = random.Random(f"{seed}:{self.id}")
        drawn = {name: rng.choice(values) for name, values in self.draw.items()}
        return self.posed_with(drawn, rng.sample(range(len(self.choices)), len(self.choices)))

    def posed_with(self, drawn: Mapping[str, Any], order: list[int]) -> Posed:
        """With these values, and the choices in this order; CatalogError where they make no question."""
        part = "let"
        try:
            values = self.named(drawn)
            part = "answer"
            answer = self._computed(values) if self.answer else None
            part = "choices"
            choices = [fill(choice, values) for choice in self.choices]
            part = "ask"
            ask = fill(self.ask, values)
            part = "explain"
            explain = fill(self.explain, {**values, "answer": choices[0] if answer is None else answer})
        except (ExpressionError, TemplateError) as error:
            problem = f"question {self.id}: {part} {error}{drawn_as(drawn)}"
            raise CatalogError(self.path, problem, f"mend its {part}") from None
        shown = tuple(choices[place] for place in order)
        right = order.index(0) if order else 0
        return Posed(self.id, self.chapter, ask, explain, shown, answer, right, self._tolerance(answer), self.unit)

    def named(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """What is drawn, and what `let` derives from it."""
        values = dict(drawn)
        for name, expression in self.let.items():
            values[name] = value = evaluate(expression, values)
            items = value if isinstance(value, list) else [value]
            if not all(isinstance(item, int | float | str) for item in items):  # lists of lists of lists: no end
                raise ExpressionError(f"{name} is {repr(value)}, not a number, a text or a list of these")
        return values

    def _computed(self, values: Mapping[str, Any]) -> float:
        value = evaluate(self.answer, values)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ExpressionError(f"is {value!r}, which is no finite number")
        return value

    def _tolerance(self, answer: float | None) -> float:
        if self.tolerance is not None:
            return self.tolerance
        return TOLERANCE if isinstance(answer, float) else 0.0


def drawn_as(drawn: Mapping[str, Any]) -> str:
    """The end of an error's line: with which values."""
    return f" where {', '.join(f'{name} = {value}' for name, value in drawn.items())}" if drawn else ""
