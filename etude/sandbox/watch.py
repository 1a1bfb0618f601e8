"""Banned calls seen while an answer runs; testimony, since the candidate shares the process.

Three views, because each misses something: a TorchFunctionMode sees what Python asks of torch, the profiler what torch
does (jit and `torch.ops` included), and a profile hook Python code of the library, classes and subclasses included.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from etude.sandbox.bans import covering, plain

_MODULE_MACHINERY = "torch.nn.modules.module"  # construction and calls of every nn.Module pass through it


def watched(function: Callable[[], object], banned: Sequence[str]) -> tuple[object, list[str]]:
    """The result of `function()`, run once, and the banned names seen; none where torch is not imported."""
    if not banned or "torch" not in sys.modules:
        return function(), []
    frames = _Frames(banned)
    calls: set[str] = set()
    profile = sys.modules["torch.autograd.profiler"].profile()
    with profile, _function_mode(calls), frames.hooked():
        result = function()
    seen = {name for name in calls if covering(name, banned)} | frames.seen
    known = {_function(name) for name in seen}
    events = {name for name in _events(profile) if covering(name, banned) and _function(name) not in known}
    return result, sorted(seen | events)


def _function(name: str) -> str:
    """`aten::_softmax` adds nothing to a report that has `torch.softmax`."""
    return plain(name.rpartition(".")[2])


def _function_mode(calls: set[str]) -> Any:
    def note(mode: object, call: Any, types: object, args: Any = (), kwargs: Any = None) -> object:
        calls.add(_name_of(call))
        return call(*args, **(kwargs or {}))

    base = sys.modules["torch.overrides"].TorchFunctionMode
    return type("Watch", (base,), {"__torch_function__": note})()


def _name_of(call: Any) -> str:
    name = getattr(call, "__name__", "")
    if inspect.ismethoddescriptor(call):
        return f"torch.Tensor.{name}"
    module = getattr(call, "__module__", None)
    return f"{module}.{name}" if isinstance(module, str) and module.startswith("torch") else name


def _events(profile: Any) -> set[str]:
    # `profile.function_events` builds a tree first: 0.6 s for 6,000 events, against 1 ms.
    names = (str(event.name()) for event in profile.kineto_results.events())
    return {"torch.ops." + name.replace("::", ".") for name in names if "::" in name and ": " not in name}


class _Frames:
    """Python code of banned functions, modules and classes, noticed as its frames begin."""

    def __init__(self, banned: Sequence[str]) -> None:
        self.seen: set[str] = set()
        self._banned = banned
        self._functions: dict[CodeType, str] = {}
        self._classes: dict[type, str] = {}
        self._verdicts: dict[CodeType, str | None] = {}
        self._types: dict[type, str | None] = {}
        for entry in banned:
            self._collect(entry)

    @contextmanager
    def hooked(self) -> Iterator[None]:
        before = sys.getprofile()
        sys.setprofile(self._notice)
        try:
            yield
        finally:
            sys.setprofile(before)

    def _collect(self, entry: str) -> None:
        for path, thing in _things(entry):
            inner = inspect.unwrap(thing) if callable(thing) and not isinstance(thing, type) else thing
            if isinstance(thing, type):
                self._classes[thing] = path
            elif isinstance(inner, FunctionType) and inner.__code__.co_name == inner.__name__:
                self._functions[inner.__code__] = path  # a wrapper's code is shared with legal functions

    def _notice(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code not in self._verdicts:
            self._verdicts[code] = self._verdict(frame)
        name = self._verdicts[code]
        if name == _MODULE_MACHINERY:
            name = self._banned_class(type(frame.f_locals.get("self")))
        if name:
            self.seen.add(name)

    def _verdict(self, frame: FrameType) -> str | None:
        """The banned name this code is, or the module whose code says more by its `self`."""
        code, module = frame.f_code, frame.f_globals.get("__name__")
        if code in self._functions:
            return self._functions[code]
        if not isinstance(module, str) or code.co_name == "<module>":
            return None
        if module == _MODULE_MACHINERY:
            return module
        return covering(module, self._banned)

    def _banned_class(self, kind: type) -> str | None:
        if kind not in self._types:
            self._types[kind] = next((self._classes[base] for base in kind.__mro__ if base in self._classes), None)
        return self._types[kind]


def _things(entry: str) -> Iterator[tuple[str, Any]]:
    """What is loaded under a banned name; never imports (a module's `__getattr__` would)."""
    root, *rest = entry.split(".")
    found: list[tuple[str, Any]] = [(root, sys.modules[root])] if root in sys.modules else []
    for pattern in rest:
        found = [
            (f"{path}.{name}", thing)
            for path, holder in found
            if isinstance(holder, (ModuleType, type))
            for name, thing in list(vars(holder).items())
            if fnmatchcase(name, pattern)
        ]
    yield from found
