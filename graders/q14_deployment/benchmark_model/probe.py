"""Runs the answer on a clock of the host's: every call of the model takes the time that the host drew for it."""

import contextlib
import gc
import linecache
import time
import timeit
import types

import submission
import torch
from torch import Tensor, nn

ERRORS = {kind.__name__: kind for kind in (RuntimeError, ValueError, IndexError, KeyboardInterrupt)}


class Clock:
    """Time in whole nanoseconds, which passes only where the model spends it."""

    def __init__(self, plan: dict) -> None:
        start = plan["start"]
        self.now, self._starts, self._jumps = 0, (start, 2 * start, 5 * start), plan["jumps"]
        self._queued = plan["queued"]  # work that a device has yet to do; None: everything is done at once
        self._readings = 0

    def spend(self, nanoseconds: int) -> None:
        if self._queued is None:
            self.now += nanoseconds
        else:
            self.now += nanoseconds // 50  # what the launch takes
            self._queued += nanoseconds

    def synchronize(self, *_: object, **__: object) -> None:
        self.now, self._queued = self.now + (self._queued or 0), 0

    def perf_counter_ns(self) -> int:
        return self._starts[0] + self.now

    def timer(self) -> float:
        return self.perf_counter_ns() / 1e9

    def monotonic_ns(self) -> int:
        return self._starts[1] + self.now

    def time_ns(self) -> int:
        self._readings += 1
        jump = self._jumps[self._readings % len(self._jumps)] if self._jumps else 0
        return self._starts[2] + self.now + jump

    def process_time_ns(self) -> int:
        return self.now // 2  # the model waits for something half of its time

    def patches(self):
        for name, owner in (("perf_counter", time), ("monotonic", time), ("time", time), ("process_time", time)):
            whole = getattr(self, f"{name}_ns")
            yield owner, f"{name}_ns", whole
            yield owner, name, lambda whole=whole: whole() / 1e9
        yield time, "thread_time", lambda: self.process_time_ns() / 1e9
        yield time, "thread_time_ns", self.process_time_ns
        for function in (timeit.Timer.__init__, timeit.timeit, timeit.repeat):
            given = function.__defaults__
            yield (
                function,
                "__defaults__",
                tuple(self.timer if value is timeit.default_timer else value for value in given),
            )
        yield timeit, "default_timer", self.timer
        if self._queued is not None:
            yield torch.cuda, "is_available", lambda: True
            yield torch.cuda, "synchronize", self.synchronize
            yield torch.cuda, "current_stream", lambda *_: self
            yield torch.cuda, "current_device", lambda: 0
            yield torch.accelerator, "is_available", lambda *_, **__: True
            yield torch.accelerator, "synchronize", self.synchronize


@contextlib.contextmanager
def patched(clock: Clock):
    """The answer's function, loaded anew so that `from time import perf_counter` finds this clock, too."""
    kept = []
    try:
        for owner, name, value in clock.patches():
            kept.append((owner, name, getattr(owner, name)))
            setattr(owner, name, value)
        module = types.ModuleType("submission")
        module.__file__ = submission.__file__
        source = "".join(linecache.getlines(submission.__file__))
        exec(compile(source, submission.__file__, "exec", dont_inherit=True), vars(module))
        yield module.benchmark_model
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)


class OnCuda:
    """What a tensor on the first CUDA device says of itself."""

    device = property(lambda self: torch.device("cuda", 0))
    is_cuda = property(lambda self: True)

    def get_device(self):
        return 0

    def to(self, *_, **__):
        return self

    cuda = to


class CudaTensor(OnCuda, Tensor):
    pass


class CudaParameter(OnCuda, nn.Parameter):
    pass


class Core(nn.Module):
    """Takes its time, call by call, and remembers in one number how often and with what it was called."""

    def __init__(self, clock: Clock, plan: dict) -> None:
        super().__init__()
        self.clock, self.plan, self.calls, self.level, self.recorded = clock, plan, 0, plan["level"], 0
        weight = torch.tensor(plan["weight"], dtype=torch.float64)
        if plan["bare"]:
            self.weight = weight  # a model without parameters
        else:
            self.weight = nn.Parameter(weight) if plan["queued"] is None else CudaParameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        durations = self.plan["durations"]
        x = x.as_subclass(Tensor)
        y = x * self.weight.as_subclass(Tensor)
        self.clock.spend(durations[self.calls] if self.calls < len(durations) else self.plan["late"])
        self.recorded += self.plan["grad_cost"] if y.requires_grad else 0
        self.clock.spend(self.recorded)
        self.calls += 1
        if self.calls == self.plan["fails_at"]:
            raise ERRORS[self.plan["error"]]("the model cannot go on")
        return y

    def note(self, module: nn.Module, args: tuple[Tensor]) -> None:
        """A hook before each call of the whole model."""
        self.level = self.level * self.plan["fading"] + args[0].as_subclass(Tensor).detach().mean().item()


class Shell(nn.Module):
    """Around another module: multiplies by a mask in training mode, and takes longer from then on."""

    def __init__(self, inner: nn.Module, clock: Clock, mask: float, cost: int, also: nn.Module | None) -> None:
        super().__init__()
        self.also = also  # a module further in, which is registered here, too
        self.inner, self.clock, self.mask, self.cost, self.worn = inner, clock, mask, cost, 0

    def forward(self, x: Tensor) -> Tensor:
        y = self.inner(x)
        self.worn += self.cost if self.training else 0
        self.clock.spend(self.worn)
        return y * self.mask if self.training else y


def _model(clock: Clock, plan: dict) -> tuple[nn.Module, Core]:
    """The core in shells, each in its own mode; the outermost is the first."""
    core = Core(clock, plan)
    shells: list[nn.Module] = []
    model: nn.Module = core
    for mask, cost in zip(reversed(plan["masks"]), reversed(plan["mode_costs"]), strict=True):
        also = shells[0] if plan["shared"] and len(shells) == len(plan["masks"]) - 1 else None
        model = Shell(model, clock, mask, cost, also)
        shells.append(model)
    for shell, mode in zip(reversed(shells), plan["modes"], strict=True):
        shell.training = mode
    core.training = plan["modes"][-1]
    model.register_forward_pre_hook(core.note)
    return model, core


def benchmark(plan, x, *counts, **options):
    """What the answer returns, with the number of calls; the counts go by position."""
    clock = Clock(plan)
    model, core = _model(clock, plan)
    with patched(clock) as benchmark_model:
        return _counted(benchmark_model(model, _batch(plan, x), *counts, **options), core)


def _counted(result, core):
    return {**result, "calls": core.calls} if isinstance(result, dict) else result


def afterwards(plan, x, **options):
    """What the answer returns or None where it raises, the core's level then, and the model's output as it was left."""
    clock = Clock(plan)
    model, core = _model(clock, plan)
    try:
        with patched(clock) as benchmark_model:
            result = _counted(benchmark_model(model, _batch(plan, x), **options), core)
    except (Exception, KeyboardInterrupt):
        result = None
    level = core.level
    with torch.no_grad():
        return {"result": result, "level": level, "output": model(torch.tensor(x)).numpy()}


def manners(plan, x, **options):
    """What the answer leaves behind, also where the model raises; x came over the wire."""
    clock = Clock(plan)
    model, core = _model(clock, plan)
    core.weight.requires_grad_(not plan["frozen"])
    core.weight.grad = None if plan["gradient"] is None else torch.tensor(plan["gradient"], dtype=torch.float64)
    x.requires_grad_(plan["wanted"])
    torch.backends.cudnn.benchmark = torch.backends.cudnn.deterministic = False
    (gc.enable if plan["collecting"] else gc.disable)()
    with torch.set_grad_enabled(plan["recording"]), patched(clock) as benchmark_model:
        before = _settings()
        with contextlib.suppress(Exception if plan["fails_at"] else ()):
            benchmark_model(model, x, **options)
        after = _settings()
    gc.enable()
    wanted = x.requires_grad
    x.requires_grad_(False)
    weight, gradient = core.weight, core.weight.grad
    return {
        "weight": weight.detach().numpy(),
        "frozen": not weight.requires_grad,
        "gradient": None if gradient is None else gradient.item(),
        "wanted": wanted,
        "settings": [one == other for one, other in zip(before, after, strict=True)],
    }


def _settings():
    cudnn = torch.backends.cudnn
    return torch.is_grad_enabled(), cudnn.benchmark, cudnn.deterministic, gc.isenabled()


def _batch(plan, x):
    batch = torch.tensor(x)
    return batch if plan["queued"] is None else batch.as_subclass(CudaTensor)
