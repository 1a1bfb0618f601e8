"""What étude is measured against: the same checks and answer under plain pytest, all in one process, started cold.

python -m benchmarks.in_process EX
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge import seeds
from etude.judge.candidate import Answer, Candidate
from etude.judge.proxy import SubmissionProxy
from etude.sandbox.excerpts import describe
from etude.sandbox.serving import Server
from etude.sandbox.usage import Limits
from etude.sandbox.wire import Decoder, Encoder


class Unconfined(Candidate):
    """A candidate whose code runs right here; values take the codec's way, so that checks see what they always see."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self._server, self._callbacks = answer, Server(), {}  # type: ignore[var-annotated]
        self.last_call, self.device = None, "cpu"
        self._server._callback = lambda number: self._callbacks[number]  # type: ignore[method-assign]
        self._ask(
            {"do": "load", "source": answer.source, "filename": "a.py", "probe": answer.probe, "entry_points": []}
        )

    @property
    def _quarters(self) -> Any:
        return type("Quarters", (), {"limits": Limits()})

    def _ask(
        self, request: dict[str, Any], callbacks: Mapping[int, Callable[..., Any]] | None = None, shared: bool = False
    ) -> dict[str, Any]:
        self._callbacks = dict(callbacks or {})
        arrived = _across(request, self._server.revive)
        actions = {"load": self._server._load, "call": self._server._call}
        try:
            return {"value": _across(actions[arrived["do"]](arrived), lambda value: value)}
        except Exception as error:
            return {"raised": describe(error, "a.py", [])}

    def begin(self, seed: int) -> None:
        self._seed = seed

    def printed(self) -> str:
        return ""


def _across(value: Any, revive: Callable[[Any], Any]) -> Any:
    encoder = Encoder()
    header = encoder.header(value)
    blobs = iter(encoder.blobs)
    return Decoder(header).build(lambda size: np.frombuffer(bytearray(next(blobs)), np.uint8), revive)


class Plugin:
    def __init__(self, exercise_id: str, candidate: Unconfined, banned: tuple[str, ...]) -> None:
        self._id, self._candidate, self._banned = exercise_id, candidate, banned

    @pytest.fixture
    def submission(self) -> SubmissionProxy:
        self._candidate.begin(1)
        return SubmissionProxy(self._candidate, self._banned)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return seeds.check_rng(1, self._id, request.node.name)

    @pytest.fixture
    def device(self) -> str:
        return "cpu"


def main(exercise_id: str) -> int:
    exercise = Catalog.load([shipped_bank()]).get(exercise_id)
    for name in exercise.preload:
        importlib.import_module(name)
    probe = exercise.probe_path.read_text("utf-8") if exercise.probe_path.exists() else None
    answer = Answer("a.py", exercise.solution_path.read_text("utf-8"), probe, exercise.entry_points, 10, 60)
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-k", "not speed", "-c", "/dev/null"]
    options += ["-p", "no:warnings", "--rootdir", str(exercise.bank), str(exercise.grader_path)]
    return int(pytest.main(options, plugins=[Plugin(exercise_id, Unconfined(answer), exercise.banned)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
