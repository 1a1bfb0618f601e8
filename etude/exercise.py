"""One exercise's metadata, and the paths that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from etude.chapters import chapter_title

DEVICES = ("cpu", "cuda")
TIERS = MappingProxyType({"full": 1.0, "half": 0.5, "quarter": 0.25})


class Level(StrEnum):
    WARM_UP = "warm-up"
    CORE = "core"
    DEEP = "deep"
    STRETCH = "stretch"

    @property
    def minutes(self) -> int:
        """How long an interviewer would give."""
        return {"warm-up": 10, "core": 20, "deep": 35, "stretch": 50}[self.value]


class Framework(StrEnum):
    """What an answer is written with; NumPy is always there, the others are extras of the same name."""

    NUMPY = "numpy"
    TORCH = "torch"
    TENSORFLOW = "tensorflow"


@dataclass(frozen=True)
class Tier:
    """A share of a speed check's points, and within how many times the reference's time it is earned."""

    device: str  # cpu or cuda
    name: str
    at_most: float

    @property
    def share(self) -> float:
        return TIERS[self.name]


@dataclass(frozen=True)
class Exercise:
    """An exercise of the bank at `bank`. Every path is derived from chapter and id; none is stored."""

    bank: Path
    chapter: str
    id: str
    title: str
    level: Level
    framework: Framework
    entry_points: tuple[str, ...]
    preload: tuple[str, ...]  # modules imported once, before any worker is forked
    extras: tuple[str, ...] = ()  # pip extras needed besides the framework's own
    banned: tuple[str, ...] = ()  # dotted names, `*` allowed (see judge/rules.py)
    errors: tuple[str, ...] = ()  # exceptions that the contract promises for invalid input
    hints: tuple[str, ...] = ()
    speed: tuple[Tier, ...] = ()  # of each device, the strictest first
    processes: tuple[str, ...] = ()  # devices on which answers may start programs: a compiler
    call_seconds: float = 10.0  # time limit of one call
    total_seconds: float = 60.0  # time limit of one submission
    variant_of: str = ""  # the exercise that it began as a copy of

    @property
    def minutes(self) -> int:
        return self.level.minutes

    def tiers(self, device: str) -> tuple[Tier, ...]:
        return tuple(tier for tier in self.speed if tier.device == device)

    @property
    def chapter_title(self) -> str:
        """`q02_activations` reads `Q2 Activations`."""
        return chapter_title(self.chapter)

    @property
    def required_extras(self) -> tuple[str, ...]:
        """The extras to install before this exercise can be graded."""
        own = () if self.framework is Framework.NUMPY else (self.framework.value,)
        return (*own, *self.extras)

    @property
    def folder(self) -> Path:
        return self.bank / "exercises" / self.chapter / self.id

    @property
    def metadata_path(self) -> Path:
        return self.folder / "exercise.toml"

    @property
    def prompt_path(self) -> Path:
        return self.folder / "prompt.md"

    @property
    def stub_path(self) -> Path:
        return self.folder / "stub.py"

    @property
    def solution_path(self) -> Path:
        return self.bank / "solutions" / self.chapter / f"{self.id}.py"

    @property
    def grader_folder(self) -> Path:
        return self.bank / "graders" / self.chapter / self.id

    @property
    def grader_path(self) -> Path:
        return self.grader_folder / f"test_{self.id}.py"

    @property
    def probe_path(self) -> Path:
        """May not exist: only exercises that need a probe have one."""
        return self.grader_folder / "probe.py"

    @property
    def misconceptions_path(self) -> Path:
        """Written by the audit; a new exercise has none."""
        return self.grader_folder / "misconceptions.json"

    def right_answers(self) -> list[Path]:
        return sorted((self.grader_folder / "right").glob("*.py"))

    def wrong_answers(self) -> list[Path]:
        return sorted((self.grader_folder / "wrong").glob("*.py"))
