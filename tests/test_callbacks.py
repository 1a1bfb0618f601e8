"""The callback channel, with a worker made up in this process: what it may ask of the host, and how often."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from etude.judge.candidate import Answer, Candidate, Quarters
from etude.judge.outcomes import CandidateError, CheckFailure
from etude.judge.proxy import Function, SubmissionProxy
from etude.report import Rationale
from etude.sandbox import process
from etude.sandbox.process import WorkerEnded, WorkerProcess
from etude.sandbox.usage import Limits
from etude.sandbox.wire import Channel
from etude.sandbox.worker import WorkerSpec

READY = {"level": "process", "landlock_abi": 0, "seccomp": False, "lacks": ("all",)}
Play = Callable[[Channel], None]


class Stage:
    """Stands in for the zygote: its workers are threads that play a part on the other end of the wire."""

    def __init__(self, play: Play) -> None:
        self.play = play

    def spawn(self, spec: WorkerSpec, descriptors: list[int]) -> int:
        channel = Channel(socket.socket(fileno=os.dup(descriptors[0])))

        def part() -> None:
            try:
                channel.send(READY)
                self.play(channel)
            except OSError:  # the host has hung up
                pass
            finally:
                channel.close()

        threading.Thread(target=part, daemon=True).start()
        return os.getpid()

    def end(self, pid: int, group: bool = False) -> int:
        return -signal.SIGKILL


def worker(play: Play) -> WorkerProcess:
    limits = Limits(memory_bytes=1 << 50, output_bytes=1 << 50)
    return WorkerProcess(Stage(play), (), False, limits)  # type: ignore[arg-type]


def asks(*requests: Any) -> Play:
    """A worker that answers one call by these requests, and then returns the host's replies to them."""

    def play(channel: Channel) -> None:
        channel.receive()
        replies = []
        for request in requests:
            channel.send(request)
            replies.append(channel.receive())
        channel.send({"value": replies})

    return play


def call(play: Play, function: Callable[..., Any], seconds: float = 30) -> Any:
    return worker(play).ask({"do": "call"}, seconds, {0: function})["value"]


def test_a_host_function_is_called_and_its_value_sent_back() -> None:
    requests = [{"callback": 0, "args": [2, number]} for number in range(3)]
    assert call(asks(*requests), pow) == [{"value": 1}, {"value": 2}, {"value": 4}]


NUMBERS = [1, -1, 1 << 70, "0", False, 0.0, None, [0]]
ARGUMENTS = [(), {"x": 1}, "x", None]
REQUESTS: list[dict[str, Any]] = [{"callback": number, "args": []} for number in NUMBERS]
REQUESTS += [{"callback": 0}, *({"callback": 0, "args": arguments} for arguments in ARGUMENTS)]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_a_request_for_anything_else_ends_the_worker(request_: dict[str, Any]) -> None:
    called: list[Any] = []
    with pytest.raises(WorkerEnded, match="a descriptor that is not its own"):
        call(asks(request_), lambda *args: called.append(args))
    assert not called


@pytest.mark.parametrize("reply", [None, 5, [], {}, {"value": 1, "raised": 2}, {"valve": 1}, {1: 2}, "value"], ids=str)
def test_a_reply_that_is_none_ends_the_worker(reply: Any) -> None:
    def play(channel: Channel) -> None:
        channel.receive()
        channel.send(reply)
        channel.receive()

    with pytest.raises(WorkerEnded, match="a descriptor that is not its own"):
        call(play, abs)


def test_calls_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MAX_CALLBACKS", 50)
    calls: list[int] = []
    requests = [{"callback": 0, "args": [number]} for number in range(51)]
    with pytest.raises(WorkerEnded, match="more than 50 times"):
        call(asks(*requests), calls.append)
    assert calls == list(range(50))


def test_a_worker_that_never_leaves_the_host_waiting_meets_its_deadline_too() -> None:
    """It sends its next request before it has the reply to the last."""

    def play(channel: Channel) -> None:
        channel.receive()

        def drain() -> None:
            with suppress(OSError):
                while True:
                    channel.receive()

        threading.Thread(target=drain, daemon=True).start()
        while True:
            channel.send({"callback": 0, "args": []})

    began = time.monotonic()
    with pytest.raises(WorkerEnded, match="time limit"):
        call(play, lambda: time.sleep(0.001), seconds=0.3)
    assert time.monotonic() - began < 20


NOT_WITH_THAT = "this function cannot be called with that"


class Shout(ValueError):
    """No type of the fixed list; what it derives from is."""


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (ValueError("no"), "ValueError", "no"),
        (KeyError("no"), "KeyError", "'no'"),
        (Shout("no"), "ValueError", "no"),
        (MemoryError("a secret"), "TypeError", NOT_WITH_THAT),
        (AttributeError("a secret"), "TypeError", NOT_WITH_THAT),
    ],
    ids=repr,
)
def test_of_an_exception_the_type_travels_from_a_fixed_list(error: Exception, name: str, message: str) -> None:
    def raises() -> None:
        raise error

    (reply,) = call(asks({"callback": 0, "args": []}), raises)
    assert reply == {"type": name, "message": message}


def test_a_graders_own_verdict_ends_the_call() -> None:
    def judges() -> None:
        raise CheckFailure(Rationale("called too often"))

    one = worker(asks({"callback": 0, "args": []}))
    with pytest.raises(CheckFailure):
        one.ask({"do": "call"}, 30, {0: judges})
    assert not one.alive


def candidate(play: Play) -> Candidate:
    def loads(channel: Channel) -> None:
        channel.receive()
        channel.send({"value": {"missing": [], "there": []}})
        play(channel)

    quarters = Quarters(Stage(loads), (), False, Limits(memory_bytes=1 << 50, output_bytes=1 << 50))  # type: ignore[arg-type]
    loaded = Candidate(Answer("answer.py", "", None, (), 30, 30), quarters)
    loaded.load()
    return loaded


def test_what_a_host_function_makes_of_odd_arguments_may_not_cross_and_is_no_fault_of_ours() -> None:
    """A grader's `lambda x: x.sum()` gives back what it was given the means to make."""
    f: Function = SubmissionProxy(candidate(asks({"callback": 0, "args": []}))).f
    assert f(lambda: object()) == [{"type": "TypeError", "message": NOT_WITH_THAT}]


def test_what_one_call_returned_and_no_other_can_take_is_the_answers_fault() -> None:
    deep: Any = 0
    for _ in range(30):
        deep = [deep]

    def play(channel: Channel) -> None:
        while channel.receive():
            channel.send({"value": deep})

    f: Function = SubmissionProxy(candidate(play)).f
    with pytest.raises(CandidateError, match="cannot be handed back to it: a value nested over 32 levels deep"):
        f({"y_pred": [[f()]]})
