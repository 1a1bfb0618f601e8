"""What a client asks a host for: one submission to one exercise, as JSON between the two processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etude.exercise import Exercise, Framework, Level, Tier


@dataclass(frozen=True)
class GradeOptions:
    """How to grade. Without a seed the host draws one; without a timeout the exercise's own stands."""

    seed: int | None = None
    speed: bool = True
    timeout: float | None = None  # seconds for one submission
    device: str = "cpu"  # cuda: also the checks that need a GPU; auto, which only a Judge knows: where there is one
    allow_unisolated: bool = False
    checks: tuple[str, ...] | None = None  # only these, by the name of the test function
    scale: float = 1.0  # of the inputs of speed checks that know several sizes
    fail_fast: bool = False  # skip what follows the first check that does not pass
    strict: bool = False  # a check that raises is its author's fault even where the reference answer passes it


@dataclass(frozen=True)
class Job:
    exercise: Exercise
    submission: str
    source: str
    options: GradeOptions

    def to_json(self) -> dict[str, Any]:
        exercise = self.exercise
        tiers = [vars(tier) for tier in exercise.speed]
        return {
            **vars(self),
            "exercise": {**vars(exercise), "bank": str(exercise.bank), "speed": tiers},
            "options": vars(self.options),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Job:
        def lists_as_tuples(fields: dict[str, Any]) -> dict[str, Any]:
            return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}

        fields = lists_as_tuples(data["exercise"])
        exercise = Exercise(
            **{
                **fields,
                "bank": Path(fields["bank"]),
                "level": Level(fields["level"]),
                "framework": Framework(fields["framework"]),
                "speed": tuple(Tier(**tier) for tier in fields["speed"]),
            }
        )
        options = GradeOptions(**lists_as_tuples(data["options"]))
        return cls(exercise, data["submission"], data["source"], options)
