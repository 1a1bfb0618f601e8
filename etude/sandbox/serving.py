"""Serves one submission over the wire: loads its module and the exercise's probe, then answers calls."""

from __future__ import annotations

import builtins
import importlib
import linecache
import sys
import threading
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from etude.sandbox import limits
from etude.sandbox.excerpts import describe
from etude.sandbox.seeding import seed_generators
from etude.sandbox.settings import changed, generators, restore, settings
from etude.sandbox.staging import Stage, placed
from etude.sandbox.watch import watched
from etude.sandbox.wire import CallbackValue, Channel, Encoder, HandleValue, TensorValue, UnsendableError

Request = dict[str, Any]

# Torch's notices of what is no fault: `float(loss)` gives what was asked for, and sparse tensors work.
NOTICES = ("Converting a tensor with requires_grad", "Sparse ")


class Server:
    """The state of one worker: the candidate's module, the probe, and the objects that stay here."""

    def __init__(self) -> None:
        self._modules: dict[str, types.ModuleType] = {}
        self._handles: dict[int, Any] = {}
        self._stage = Stage()
        self._template: Any = None
        self._device = "cpu"  # where the running check's tensors are put
        self._filename = ""
        self._lines: list[str] = []
        self._calling = threading.Lock()  # callbacks may come from any of the candidate's threads

    def serve(self, channel: Channel) -> None:
        self._channel = channel
        actions: dict[str, Callable[[Request], Any]] = {
            "load": self._load,
            "call": self._call,
            "echo": self._echo,
            "stage": self._put_on_stage,
            "template": self._keep_template,
            "run": self._run_staged,
            "give back": lambda request: limits.give_memory_back(),
            "gpu peak": lambda request: importlib.import_module("torch").cuda.max_memory_allocated(),
            "fetch": lambda request: self._stage.fetch(request["picks"]),
        }
        while True:
            try:
                request = channel.receive()
            except ConnectionError:
                return
            shared = bool(request.get("shared"))
            try:
                reply = {"value": actions[request["do"]](request)}
            except BaseException as error:  # also SystemExit and KeyboardInterrupt: the next check goes on
                reply = {"raised": self._described(error)}
            _flush()
            try:
                channel.send(reply, shared=shared)
            except UnsendableError as error:
                channel.send({"unsendable": str(error)})
            except BaseException as error:  # a value whose own methods raise while it is read
                channel.send({"unsendable": f"a value that raised {type(error).__name__} when it was read"})

    def _described(self, error: BaseException) -> dict[str, Any]:
        try:
            return describe(error, self._filename, self._lines)
        except BaseException:  # an exception whose own methods raise; the host words it as "an exception"
            return {}

    def _load(self, request: Request) -> dict[str, Any]:
        """Run the candidate's module, then the probe; say which entry points are missing and what is there."""
        self._filename, self._lines = request["filename"], request["source"].splitlines()
        module = self._run_module("submission", self._filename, request["source"])
        if request["probe"] is not None:
            self._run_module("probe", "probe.py", request["probe"], submission=module)
        self._settings = self._run(settings, (), {})
        there = sorted(name for name, value in vars(module).items() if not name.startswith("_") and callable(value))
        return {
            "missing": [name for name in request["entry_points"] if not callable(getattr(module, name, None))],
            "there": [name[:100] for name in there[:50]],
        }

    def _run_module(self, name: str, filename: str, source: str, **names: object) -> types.ModuleType:
        module = types.ModuleType(name)
        module.__file__ = filename
        vars(module).update(names)
        sys.modules[name] = self._modules[name] = module
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        exec(compile(source, filename, "exec", dont_inherit=True), vars(module))
        return module

    def _begin(self, request: Request) -> None:
        """With a check's first request: its own seeds, and nothing kept of the last one."""
        if "begin" in request:
            self._handles.clear()
            self._stage.clear()
            restore()
            seed_generators(request["begin"]["seed"])
            self._device = request["begin"]["device"]

    def _call(self, request: Request) -> Any:
        self._begin(request)
        function = self._resolve(request["target"])
        mode, args, kwargs = request["mode"], self._placed(request["args"]), self._placed(request["kwargs"])
        if mode == "batch":
            return [self._run(function, each, kwargs) for each in args]
        if mode == "watch":
            return watched(lambda: self._run(function, args, kwargs), request["banned"])[1]
        if mode == "observe":  # looked around inside `_run`, which gives back what was changed
            return self._run(lambda: self._observed(function, args, kwargs, request["draws"]), (), {})
        result = self._run(function, args, kwargs)
        if mode == "keep":
            number = len(self._handles)
            self._handles[number] = result
            return HandleValue(number, type(result).__name__[:200])
        return result

    def _placed(self, value: Any) -> Any:
        return placed(value, self._device)

    def _observed(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any], draws: bool) -> dict[str, Any]:
        before = generators(draws)
        result = function(*args, **kwargs)
        # Settings beside those after loading: an earlier call may have changed them for good.
        altered = changed(self._settings, settings()) + changed(before, generators(draws))
        sent = {key: _sendable(value) for key, value in kwargs.items()}
        return {"value": result, "args": [_sendable(value) for value in args], "kwargs": sent, "settings": altered}

    @staticmethod
    def _run(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Call with warnings as errors and NumPy's default error state, whatever the candidate's module set."""
        with warnings.catch_warnings(), np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
            warnings.simplefilter("error")
            for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ResourceWarning):
                warnings.simplefilter("ignore", category)
            for notice in NOTICES:
                warnings.filterwarnings("ignore", notice)
            return function(*args, **kwargs)

    def _echo(self, request: Request) -> Any:
        """What a speed check subtracts: the transfer of the same inputs and outputs, and no work."""
        return [np.zeros(shape, dtype) for shape, dtype in request["results"]]

    def _put_on_stage(self, request: Request) -> None:
        self._begin(request)
        if request["first"]:
            self._stage.clear()
        self._stage.put(request["inputs"], self._device)

    def _keep_template(self, request: Request) -> None:
        self._template = self._placed(request["output"])

    def _run_staged(self, request: Request) -> list[int]:
        key = int.from_bytes(request["key"], "little")
        if request["target"] is None:
            return self._stage.run(lambda *inputs: self._template, key)
        return self._run(self._stage.run, (self._resolve(request["target"]), key), {})  # type: ignore[no-any-return]

    def _resolve(self, target: list[Any]) -> Callable[..., Any]:
        """`["module", "softmax"]`, `["probe", "run"]`, or an object that stays here and perhaps its method."""
        owner, name = target
        if isinstance(owner, str):
            return getattr(self._modules[owner], name)  # type: ignore[no-any-return]
        return owner if name is None else getattr(owner, name)  # type: ignore[no-any-return]

    def revive(self, value: Any) -> Any:
        """What arrives, as the candidate's code is to see it."""
        if isinstance(value, HandleValue):
            return self._handles[value.number]
        if isinstance(value, CallbackValue):
            return self._callback(value.number)
        if isinstance(value, TensorValue):
            return _tensor(value)
        return value

    def _callback(self, number: int) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            with self._calling:
                self._channel.send({"callback": number, "args": list(args)})
                reply = self._channel.receive()
            if "value" in reply:
                return reply["value"]
            raise getattr(builtins, reply["type"])(reply["message"])

        return call


def _sendable(value: Any) -> Any:
    """A value that went in, or None where it cannot come back: a function of the host's, an object that stays here."""
    try:
        Encoder().node(value, 0)
    except UnsendableError:
        return None
    return value


def _tensor(value: TensorValue) -> Any:
    torch = importlib.import_module("torch")
    tensor = torch.from_numpy(value.array).to(getattr(torch, value.dtype))
    return tensor.requires_grad_(value.requires_grad)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the candidate may have replaced it
            continue
