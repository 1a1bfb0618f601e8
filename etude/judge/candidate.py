"""The answer being graded: keeps a worker with it loaded, replaces one that died, and turns failures into words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from etude.errors import JudgeError
from etude.judge.brief import call_text, cut
from etude.judge.exceptions import CandidateException
from etude.judge.outcomes import CandidateError
from etude.report import Isolation, Rationale
from etude.sandbox.policy import AS_A_RULE, Allowances
from etude.sandbox.process import WorkerEnded, WorkerProcess
from etude.sandbox.usage import Limits
from etude.sandbox.wire import TooMuchError
from etude.sandbox.zygote import Zygote

NO_DIGEST = -1  # which no output has


@dataclass(frozen=True)
class Answer:
    """The source to run, and what is expected of it."""

    name: str  # as shown in tracebacks
    source: str
    probe: str | None
    entry_points: tuple[str, ...]
    call_seconds: float
    total_seconds: float


@dataclass(frozen=True)
class Quarters:
    """Where workers live: their zygote and what confines them."""

    zygote: Zygote
    readable: tuple[str, ...]
    isolated: bool
    limits: Limits
    allowed: Allowances = AS_A_RULE


class Candidate:
    """Raises CandidateError, and nothing else, for whatever the candidate's code does."""

    def __init__(self, answer: Answer, quarters: Quarters, shared_bytes: int = 0) -> None:
        self.answer = answer
        self._quarters, self._shared_bytes = quarters, shared_bytes
        self._worker: WorkerProcess | None = None
        self._spent = 0.0  # seconds inside calls
        self._printed_before = 0
        self._seed: int | None = None  # of a check that has made no call yet
        self.device = "cpu"  # where the running check's tensors are put
        self._printed = ""  # by a worker that ended during this check
        self.isolation: Isolation | None = None
        self.last_call: tuple[str, Any, Mapping[str, Any]] | None = None

    def load(self) -> None:
        """Start a worker and run the module, unless one stands ready."""
        if self._worker is not None:
            return
        answer = self.answer
        try:
            self._worker = WorkerProcess(
                self._quarters.zygote,
                self._quarters.readable,
                self._quarters.isolated,
                self._quarters.limits,
                self._shared_bytes,
                self._quarters.allowed,
            )
        except WorkerEnded as ended:  # before a line of the candidate's code ran
            raise JudgeError(f"a worker did not start: {ended}") from None
        self.isolation = self._worker.isolation
        self.last_call = None
        request = {
            "do": "load",
            "source": answer.source,
            "filename": answer.name,
            "probe": answer.probe,
            "entry_points": list(answer.entry_points),
        }
        found = self._value(self._ask(request))
        missing, there = _names(found, "missing"), _names(found, "there")
        if missing:
            self.close()
            wanted = " and ".join(f"`{name}`" for name in missing)
            seen = ", ".join(f"`{name}`" for name in there) or "no function or class"
            raise CandidateError(Rationale(f"{wanted} not found: define it at the top level (found {seen})"))

    def begin(self, seed: int, device: str = "cpu") -> None:
        """Start a check: with its first call the worker seeds its generators and drops the last check's handles."""
        self._printed = ""
        self.load()
        assert self._worker is not None
        self._printed_before = self._worker.printed_bytes()
        self.last_call = None
        self._seed, self.device = seed, device

    def call(
        self,
        shown: str,
        target: list[Any],
        args: Any,
        kwargs: dict[str, Any],
        mode: str = "value",
        callbacks: Mapping[int, Callable[..., Any]] | None = None,
        shared: bool = False,
        **options: Any,
    ) -> Any:
        """Call something in the worker; `shown` is its name in rationales."""
        self.last_call = (shown, args, kwargs)
        request = {"do": "call", "target": target, "args": args, "kwargs": kwargs, "mode": mode, **options}
        return self._value(self._ask(self._begun(request), callbacks, shared))

    def echo(self, args: Any, results: list[tuple[list[int], str]]) -> Any:
        """The same transfer as a call's, and no work."""
        return self._value(self._ask({"do": "echo", "args": args, "results": results}, shared=True))

    def stage(self, inputs: list[Any], first: bool) -> None:
        """Put a call's masked inputs into the worker, after those before it; `first` drops those of the last run."""
        self._value(self._ask(self._begun({"do": "stage", "inputs": inputs, "first": first}), shared=True))

    def keep_template(self, output: Any) -> None:
        """For an echo: what a run of it hands back for each input."""
        self._value(self._ask(self._begun({"do": "template", "output": output}), shared=True))

    def run_staged(
        self, shown: str | None, target: list[Any] | None, key: int, inputs: Sequence[tuple[Any, ...]]
    ) -> list[int]:
        """Call the target (None: hand back the template) on every staged input; the digests of the outputs."""
        self.last_call = (shown or "echo", list(inputs[0]), {})
        request = {"do": "run", "target": target, "key": key.to_bytes(8, "little")}
        digests = self._value(self._ask(self._begun(request), shared=True))
        if type(digests) is not list or len(digests) != len(inputs):
            return [NO_DIGEST] * len(inputs)
        return [digest if type(digest) is int else NO_DIGEST for digest in digests]

    def fetch(self, picks: list[int]) -> list[Any]:
        """The outputs of the last run with these numbers."""
        values = self._value(self._ask({"do": "fetch", "picks": picks}, shared=True))
        return values if type(values) is list and len(values) == len(picks) else [None] * len(picks)

    def give_memory_back(self) -> None:
        """Before its peak is measured: freed memory is not to count."""
        self._value(self._ask({"do": "give back"}))

    def peak_bytes(self) -> int:
        """The most memory that the worker has held: on the CPU the kernel says so; on a GPU torch's allocator does, by
        way of the worker."""
        if self.device != "cpu":
            said = self._value(self._ask({"do": "gpu peak"}))
            return said if type(said) is int else 1 << 62
        return self._worker.peak_bytes() if self._worker is not None else 0

    def _begun(self, request: dict[str, Any]) -> dict[str, Any]:
        """A check's first request says so."""
        seed, self._seed = self._seed, None
        return request if seed is None else {**request, "begin": {"seed": seed, "device": self.device}}

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing of the candidate's runs meanwhile."""
        worker = self._worker
        if worker is None:
            yield
            return
        with self._ending_told():
            worker.pause()
        try:
            yield
        finally:
            worker.resume()

    def given(self) -> str | None:
        """The last call, in words."""
        return call_text(*self.last_call) if self.last_call else None

    def printed(self) -> str:
        """What was printed since the check began."""
        return self._worker.printed(self._printed_before) if self._worker else self._printed

    def _ask(
        self,
        request: dict[str, Any],
        callbacks: Mapping[int, Callable[..., Any]] | None = None,
        shared: bool = False,
    ) -> dict[str, Any]:
        if self._worker is None:  # it ended earlier in this very check
            raise CandidateError(Rationale("the worker had ended", given=self.given()))
        left = self.answer.total_seconds - self._spent
        if left <= 0:
            raise CandidateError(
                Rationale(f"time limit: {self.answer.total_seconds:g} seconds for all checks are used up")
            )
        began = time.monotonic()
        try:
            with self._ending_told():
                return self._worker.ask(request, min(left, self.answer.call_seconds), callbacks, shared)
        except TooMuchError as error:  # graders send little of their own
            raise CandidateError(Rationale(f"what your code returned cannot be handed back to it: {error}")) from None
        finally:
            self._spent += time.monotonic() - began

    @contextmanager
    def _ending_told(self) -> Iterator[None]:
        """Where the worker ends meanwhile, the check fails for that; what was printed is kept."""
        assert self._worker is not None
        try:
            yield
        except WorkerEnded as ended:
            raise CandidateError(Rationale(str(ended), given=self.given())) from None
        finally:
            if not self._worker.alive:
                self._printed = self._worker.printed(self._printed_before)
                self._worker = None

    def _value(self, reply: dict[str, Any]) -> Any:
        if "value" in reply:
            return reply["value"]
        if "unsendable" in reply:
            what = reply["unsendable"] if type(reply["unsendable"]) is str else "something"
            raise CandidateError(
                Rationale(f"{cut(what, 300)} came back, which cannot leave the worker", given=self.given()),
                "Return numbers, strings, arrays, tensors, or lists, tuples and dicts of them.",
            )
        exception = CandidateException.from_wire(reply["raised"])
        problem, advice = exception.problem(self._quarters.limits.memory_words)
        rationale = Rationale(problem, given=self.given(), traceback=exception.traceback(self.answer.name))
        raise CandidateError(rationale, advice, exception)

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _names(found: Any, key: str) -> list[str]:
    names = found.get(key) if isinstance(found, dict) else None
    return [cut(name, 100) for name in names[:50] if type(name) is str] if type(names) is list else []
