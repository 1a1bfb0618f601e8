"""What an autograder is told when its zip is made: autograder.json, beside the exercises that it grades."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

FILE = "autograder.json"


@dataclass(frozen=True)
class Settings:
    seed: int  # the same for everyone
    maximum: dict[str, int]  # points, by exercise
    speed: bool = True
    exam: bool = False  # tell how each check ended, and nothing of why
    allow_unisolated: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        return cls(**data)
