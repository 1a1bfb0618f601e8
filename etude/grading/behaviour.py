"""Assertions on what a call does besides returning a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from etude.grading.values import fail
from etude.judge.brief import brief
from etude.judge.outcomes import CandidateError
from etude.judge.proxy import Function, Module, SubmissionProxy
from etude.judge.rules import violations
from etude.sandbox.wire import HandleValue, TensorValue


def assert_raises(
    kind: type[Exception], function: Callable[..., Any], /, *args: Any, help: str | None = None, **kwargs: Any
) -> None:
    """The call raises that exception or a subclass of it, with a message."""
    try:
        returned = function(*args, **kwargs)
    except CandidateError as error:
        if error.exception is None:  # it did not raise: it died, or a limit ended it
            raise
        found = error.exception
        wanted = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        if wanted not in found.bases:
            fail(f"{kind.__name__} was wanted", returned=found.summary(), wanted=kind.__name__, help=help)
        if not found.message.strip():
            fail(
                "the exception has no message",
                returned=found.type,
                wanted="a sentence that says what is wrong",
                help=help,
            )
        return
    fail("nothing was raised", returned=getattr(returned, "value", returned), wanted=kind.__name__, help=help)


def assert_unchanged(
    function: Function, *args: Any, draws: bool = False, help: str | None = None, **kwargs: Any
) -> Any:
    """The call leaves its arguments and the global settings as they are, and prints nothing; its value.

    `draws`: drawing from torch's global generator is allowed, re-seeding it is not. Testimony but for the printing.
    """
    seen = function.observe(*args, draws=draws, **kwargs)
    for position, (before, after) in enumerate(zip(args, seen.args, strict=False)):
        if not _same(before, after):
            fail(f"argument {position + 1} was changed in place", returned=after, wanted=before, help=help)
    for name, before in kwargs.items():
        if not _same(before, seen.kwargs.get(name)):
            fail(f"the argument {name} was changed in place", returned=seen.kwargs.get(name), wanted=before, help=help)
    if seen.settings:
        fail(f"the call changed {', '.join(seen.settings)}", help=help)
    if seen.printed:
        fail("the call printed something", returned=brief(seen.printed), help=help)
    return seen.value


def _same(before: Any, after: Any) -> bool:
    """Equal as the wire has them: numbers bit for bit (NaN equals NaN), containers element by element."""
    if isinstance(before, (list, tuple)):
        return isinstance(after, (list, tuple)) and len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict):
        return (
            isinstance(after, dict)
            and list(before) == list(after)
            and all(_same(v, after[k]) for k, v in before.items())
        )
    if callable(before) or isinstance(after, HandleValue):
        return True  # functions and objects of the worker do not come back
    if hasattr(before, "detach"):
        before = before.detach().float().numpy() if "bfloat16" in str(before.dtype) else before.detach().numpy()
    after = after.array if isinstance(after, TensorValue) else after
    if isinstance(before, np.ndarray):
        return (
            isinstance(after, np.ndarray)
            and before.shape == after.shape
            and np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
        )
    if not isinstance(after, (type(None), bool, int, float, str, bytes, np.generic)):
        return False
    return bool(before == after) or bool(before != before and after != after)


class _Watched:
    """A module of the candidate's whose functions, when called, are called under watch."""

    def __init__(self, module: Module, banned: tuple[str, ...], seen: set[str]) -> None:
        self._module, self._banned, self._seen = module, banned, seen

    def __getattr__(self, name: str) -> Any:
        if name == "probe":
            return _Watched(self._module.probe, self._banned, self._seen)  # type: ignore[arg-type]

        def call(*args: Any, **kwargs: Any) -> None:
            self._seen.update(getattr(self._module, name).watch(self._banned, *args, **kwargs))

        return call


def assert_rules(
    submission: SubmissionProxy, run: Callable[[Any], Any] | None = None, *, help: str | None = None
) -> None:
    """Nothing that the exercise bans stands in the source; nor is it at work when `run(watched)` calls the answer.

    `watched` is used like `submission`, and its calls return nothing. The source decides; the run is testimony, for
    what an alias hides.
    """
    found = violations(submission.source, submission.banned)
    if found:
        lines = "; ".join(f"line {item.line}: {item.text}" for item in found[:5])
        names = ", ".join(dict.fromkeys(item.name for item in found))
        fail(f"{names} may not be used here", returned=lines, help=help)
    if run is not None:
        seen: set[str] = set()
        run(_Watched(submission, submission.banned, seen))
        if seen:
            fail(f"{', '.join(sorted(seen))} may not be used here, and was at work when your code ran", help=help)
