"""What an audit finds wrong, worded like every other error of étude: the file, the problem, the mend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    path: Path
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}: {self.mend}"
