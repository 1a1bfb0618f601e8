"""The submission as graders see it: names become calls in the worker, values come back as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from etude.judge.brief import brief, cut
from etude.judge.candidate import Candidate
from etude.sandbox.wire import CallbackValue, Encoder, HandleValue


@dataclass(frozen=True)
class Observed:
    """A call seen from around: its value, its arguments as they are afterwards, the global settings it changed,
    and what it printed. All but the last is the worker's testimony."""

    value: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    settings: tuple[str, ...]
    printed: str


class Function:
    """Something callable in the worker."""

    def __init__(self, candidate: Candidate, shown: str, target: list[Any]) -> None:
        self.candidate, self.shown, self.target = candidate, shown, target

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call("value", args, kwargs)

    def keep(self, *args: Any, **kwargs: Any) -> Handle:
        """Call, and leave the result in the worker."""
        value = self._call("keep", args, kwargs)
        return Handle(self.candidate, value if isinstance(value, HandleValue) else HandleValue(-1, "?"))

    def batch(self, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """One result a tuple of arguments, in one round trip; anything else the worker makes of it is an error."""
        values = self._call("batch", [list(args) for args in calls], {})
        return values if type(values) is list and len(values) == len(calls) else [None] * len(calls)

    def observe(self, *args: Any, draws: bool = False, **kwargs: Any) -> Observed:
        """Call and look around. `draws`: drawing from torch's generator is allowed, re-seeding it is not."""
        before = self.candidate.printed()
        seen = self._call("observe", args, kwargs, draws=draws)
        seen = seen if type(seen) is dict else {}
        arguments, named, settings = seen.get("args"), seen.get("kwargs"), seen.get("settings")
        return Observed(
            seen.get("value"),
            tuple(arguments) if type(arguments) is list else (),
            named if type(named) is dict else {},
            _texts(settings) if type(settings) is list else ("what the worker said",),
            self.candidate.printed()[len(before) :],
        )

    def watch(self, banned: Sequence[str], *args: Any, **kwargs: Any) -> list[str]:
        """Call under watch and return the banned names that were seen at work."""
        names = self._call("watch", args, kwargs, banned=list(banned))
        return list(_texts(names)) if type(names) is list else []

    def _call(self, mode: str, args: Any, kwargs: dict[str, Any], **options: Any) -> Any:
        callbacks: dict[int, Callable[..., Any]] = {}
        sent = _outgoing(list(args), callbacks)
        named = {key: _outgoing(value, callbacks) for key, value in kwargs.items()}
        return self.candidate.call(self.shown, self.target, sent, named, mode, callbacks, **options)


def _texts(names: list[Any]) -> tuple[str, ...]:
    """A worker's list of names, which may hold anything."""
    return tuple(cut(name, 200) if type(name) is str else brief(name, 200) for name in names[:50])


def _outgoing(value: Any, callbacks: dict[int, Callable[..., Any]]) -> Any:
    """An argument as it may cross: objects of the worker by number, host functions as callbacks."""
    if isinstance(value, Handle):
        return value.value
    if type(value) is list or type(value) is tuple:
        return type(value)(_outgoing(item, callbacks) for item in value)
    if type(value) is dict:
        return {key: _outgoing(item, callbacks) for key, item in value.items()}
    if callable(value) and not hasattr(value, "detach") and not isinstance(value, type):
        callbacks[len(callbacks)] = _answering(value)
        return CallbackValue(len(callbacks) - 1)
    return value


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """A host function for the worker to call; where it makes of the worker's arguments what cannot cross, it raises."""

    def answer(*args: Any) -> Any:
        result = function(*args)
        Encoder().header(result)
        return result

    return answer


class Handle:
    """An object in the worker: callable, and every attribute is a method of it. Valid until the check ends."""

    def __init__(self, candidate: Candidate, value: HandleValue) -> None:
        self.candidate, self.value = candidate, value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Function(self.candidate, self.value.kind, [self.value, None])(*args, **kwargs)

    def __getattr__(self, name: str) -> Function:
        if name.startswith("__"):
            raise AttributeError(name)
        return Function(self.candidate, f"{self.value.kind}.{name}", [self.value, name])


class Module:
    """The candidate's module, or the probe: every attribute is a function of it."""

    def __init__(self, candidate: Candidate, name: str, prefix: str = "") -> None:
        self._candidate, self._name, self._prefix = candidate, name, prefix

    def __getattr__(self, name: str) -> Function:
        if name.startswith("__"):
            raise AttributeError(name)
        return Function(self._candidate, self._prefix + name, [self._name, name])


class SubmissionProxy(Module):
    """What the `submission` fixture gives: entry points as attributes, and `.probe` for the exercise's probe."""

    def __init__(self, candidate: Candidate, banned: tuple[str, ...] = ()) -> None:
        super().__init__(candidate, "submission")
        self.probe = Module(candidate, "probe", "probe.")
        self.candidate, self.banned = candidate, banned

    @property
    def source(self) -> str:
        return self.candidate.answer.source

    def printed(self) -> str:
        """What the candidate's code has printed since this check began."""
        return self.candidate.printed()
