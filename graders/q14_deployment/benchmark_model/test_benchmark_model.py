"""Grader of `benchmark_model`: models whose calls take secret times on a clock that only they move."""

import math

import numpy as np
import torch

from etude.grading import assert_close, assert_raises, assert_true, assert_type, assert_unchanged, check, entry, unpack

KEYS = ("mean_s", "p50_s", "p95_s", "throughput")


def draw(rng, calls, **changes):
    """A plan for `calls` calls: skewed times in nanoseconds, all different, and a model in evaluation mode."""
    durations = rng.lognormal(math.log(2e6), 0.7, size=calls).astype(int)
    slow = rng.random(calls) < 0.1
    durations[slow] *= 20
    plan = {
        "durations": durations.tolist(),
        "late": int(rng.integers(10**9, 10**10)),
        "start": int(rng.integers(10**11, 10**12)),
        "jumps": [],
        "queued": None,
        "grad_cost": 0,
        "fails_at": 0,
        "error": "RuntimeError",
        "level": rng.normal(),
        "fading": rng.uniform(0.8, 0.95),
        "weight": rng.uniform(0.5, 1.5),
        "masks": rng.uniform(0.2, 0.8, size=4).tolist(),
        "mode_costs": [0] * 4,
        "modes": [False] * 4,
        "shared": False,
        "bare": False,
        "frozen": False,
        "gradient": None,
        "wanted": False,
        "recording": True,
        "collecting": True,
    }
    return plan | changes


def batch(rng, *shape):
    return rng.normal(1.0, 1.0, size=shape or (6, 3))


def mixed_modes(rng):
    """Both modes, the outermost module in training mode or not."""
    modes = rng.permutation([True, True, False, False]).tolist()
    return [modes, [not mode for mode in modes]]


def seconds(plan, warmup, runs):
    return np.array(plan["durations"][warmup : warmup + runs]) / 1e9


def assert_mean(result, plan, warmup, runs, help):
    wanted, mean, calls = seconds(plan, warmup, runs).mean(), entry(result, "mean_s"), entry(result, "calls")
    if isinstance(calls, int) and calls != warmup + runs:
        help = f"The model was called {calls} times, not warmup + runs = {warmup} + {runs}: each takes its own time."
    assert_close(mean, wanted, tol=1e-5, relative=True, help=help)


def level(plan, x, calls):
    value = plan["level"]
    for _ in range(calls):
        value = value * plan["fading"] + x.mean()
    return value


@check("correctness", points=2)
def test_mean(submission, rng):
    """mean_s is the mean time of a run, in seconds."""
    for runs, start in ((100, 10**11), (7, 10**6)):
        plan = draw(rng, runs, start=int(rng.integers(start, 2 * start)))
        result = submission.probe.benchmark(plan, batch(rng), warmup=0, runs=runs)
        assert_mean(result, plan, 0, runs, help="Read a clock before and after each call; seconds, not milliseconds.")


@check("contract", depends_on="test_mean")
def test_python_floats(submission, rng):
    """All four results are there, as Python floats."""
    for runs in (20, 1):
        result = submission.probe.benchmark(draw(rng, runs), batch(rng), warmup=0, runs=runs)
        for key in KEYS:
            assert_type(entry(result, key), float, help="float(...): NumPy scalars and tensors are no Python floats.")


@check("correctness", points=3, depends_on="test_mean")
def test_percentiles(submission, rng):
    """p50_s and p95_s are the percentiles of the times of single runs."""
    for runs in (100, 100, 21, 240):
        plan = draw(rng, runs)
        result = submission.probe.benchmark(plan, batch(rng), warmup=0, runs=runs)
        times = np.sort(seconds(plan, 0, runs))
        for key, share in (("p50_s", 0.50), ("p95_s", 0.95)):
            # every definition of a quantile lies between these two
            low = times[math.floor((runs - 1) * share + 1e-9)]
            high = times[min(math.ceil((runs + 1) * share - 1 - 1e-9), runs - 1)]
            value = entry(result, key)
            nearest = np.clip(value if isinstance(value, float) else np.nan, low, high)
            help = "Time each run on its own, sort the times, and take the place 50 % or 95 % of the way up."
            assert_close(value, nearest if np.isfinite(nearest) else low, tol=1e-5, relative=True, help=help)


@check("correctness", points=2, depends_on="test_mean")
def test_throughput(submission, rng):
    """throughput is samples a second: the size of the batch over the mean."""
    for shape in ((6, 3), (1, 3), (17, 3), (5,), (4, 2, 3, 2)):
        plan = draw(rng, 15)
        result = submission.probe.benchmark(plan, batch(rng, *shape), warmup=0, runs=15)
        wanted = shape[0] / seconds(plan, 0, 15).mean()
        help = "x.shape[0] / mean_s: samples, not batches or numbers, and from the mean of the times."
        assert_close(entry(result, "throughput"), wanted, tol=1e-5, relative=True, help=help)


@check("correctness", points=2, depends_on="test_mean")
def test_warmup(submission, rng):
    """The first `warmup` calls are made, and not timed."""
    for warmup, runs in ((3, 20), (12, 5), (1, 1)):
        plan = draw(rng, warmup + runs)
        for call in range(warmup):
            plan["durations"][call] *= 100
        for counts, options in (((), {"warmup": warmup, "runs": runs}), ((warmup, runs), {})):
            result = submission.probe.benchmark(plan, batch(rng), *counts, **options)
            assert_mean(result, plan, warmup, runs, help="Call the model `warmup` times before the first reading.")


@check("correctness", points=2, depends_on="test_mean")
def test_calls(submission, rng):
    """The model runs exactly warmup + runs times, on x as it came: a number that changes with every call shows it."""
    for warmup, runs, bare in ((0, 5, False), (4, 9, False), (0, 4, True)):
        plan, x = draw(rng, warmup + runs, bare=bare), batch(rng)
        returned = submission.probe.afterwards(plan, x, warmup=warmup, runs=runs)
        help = "No call more and no call less: not for the shape of the output, not for one more warm-up."
        assert_close(entry(returned, "level"), level(plan, x, warmup + runs), help=help)


@check("contract", depends_on=("test_warmup", "test_calls"))
def test_defaults(submission, rng):
    """By default there are 10 calls to warm up and 100 runs."""
    plan, x = draw(rng, 110), batch(rng)
    returned = submission.probe.afterwards(plan, x)
    assert_mean(entry(returned, "result"), plan, 10, 100, help="warmup=10, runs=100, as the signature says.")
    assert_close(entry(returned, "level"), level(plan, x, 110))


@check("correctness", points=2, depends_on="test_mean")
def test_evaluation_mode(submission, rng):
    """Every module is in evaluation mode in every call: after one in training mode it takes longer for good."""
    for modes in ([True] * 4, *mixed_modes(rng)):
        for warmup in (0, 3):
            durations = [int(rng.integers(10**6, 10**7))] * (warmup + 8)
            plan = draw(rng, 8, modes=modes, mode_costs=rng.integers(10**6, 10**8, size=4).tolist())
            plan["durations"] = durations
            result = submission.probe.benchmark(plan, batch(rng), warmup=warmup, runs=8)
            help = "model.eval() before the first call, of the warm-up too: it reaches every submodule."
            assert_mean(result, plan, warmup, 8, help=help)


@check("correctness", points=2, depends_on="test_mean")
def test_no_autograd(submission, rng):
    """Nothing is recorded for autograd in any call: after one where it is, calls take longer for good."""
    for warmup in (0, 3):
        durations = [int(rng.integers(10**6, 10**7))] * (warmup + 8)
        plan = draw(rng, 8, durations=durations, grad_cost=int(rng.integers(10**6, 10**8)))
        result = submission.probe.benchmark(plan, batch(rng), warmup=warmup, runs=8)
        help = "Make every call, of the warm-up too, under torch.no_grad() or torch.inference_mode()."
        assert_mean(result, plan, warmup, 8, help=help)


@check("correctness", points=2, depends_on="test_mean")
def test_modes_given_back(submission, rng):
    """Every module is left in the mode that it came in: what the model gives afterwards shows it."""
    for modes in ([True] * 4, [False] * 4, *mixed_modes(rng)):
        plan, x = draw(rng, 6, modes=modes), batch(rng)
        returned = submission.probe.afterwards(plan, x, warmup=2, runs=4)
        help = "Remember the flag of each of model.modules() before eval(), and put each one back."
        assert_close(entry(returned, "output"), output(plan, x), help=help)


@check("correctness", depends_on="test_modes_given_back")
def test_shared_module(submission, rng):
    """A module that is registered in two places gets its own mode back, too."""
    for modes in ([True, False, True, False], [False, True, False, True]):
        plan, x = draw(rng, 6, modes=modes, shared=True), batch(rng)
        returned = submission.probe.afterwards(plan, x, warmup=2, runs=4)
        help = "module.train(flag) reaches all modules below, also those put right before: set `module.training`."
        assert_close(entry(returned, "output"), output(plan, x), help=help)


@check("correctness", points=2, depends_on="test_modes_given_back")
def test_modes_after_failure(submission, rng):
    """Where the model raises, warming up or in a run, its exception goes on and the modes are given back."""
    errors = (RuntimeError, ValueError, IndexError)
    for fails_at, modes, error in zip((1, 2, 5), ([True] * 4, *mixed_modes(rng)), errors, strict=True):
        plan, x = draw(rng, 6, modes=modes, fails_at=fails_at, error=error.__name__), batch(rng)
        help = "try: ... finally: put the modes back. And let the exception go on."
        assert_raises(error, submission.probe.benchmark, plan, x, warmup=2, runs=4, help=help)
        returned = submission.probe.afterwards(plan, x, warmup=2, runs=4)
        assert_close(entry(returned, "output"), output(plan, x), help=help)
    plan = draw(rng, 6, modes=mixed_modes(rng)[0], fails_at=4, error="KeyboardInterrupt")
    returned = submission.probe.afterwards(plan, x, warmup=2, runs=4)
    help = "Whoever presses Ctrl-C raises KeyboardInterrupt, which is no Exception: finally meets all there are."
    assert_true(entry(returned, "result") is None, "the interrupt did not go on", help=help)
    assert_close(entry(returned, "output"), output(plan, x), help=help)


@check("correctness", points=2, depends_on="test_mean")
def test_clock(submission, rng):
    """The times hold good where the system's clock is set back and forth between readings."""
    jumps = (rng.choice([-1, 1], size=9) * rng.integers(10**7, 10**9, size=9)).tolist()
    plan = draw(rng, 12, jumps=jumps)
    result = submission.probe.benchmark(plan, batch(rng), warmup=0, runs=12)
    assert_mean(result, plan, 0, 12, help="time.time may jump: use time.perf_counter or time.monotonic.")


@check("correctness", points=2, depends_on="test_mean")
def test_synchronised(submission, rng):
    """On CUDA each reading waits for the device: neither is work left out nor earlier work counted."""
    for warmup, runs in ((3, 10), (0, 1), (0, 6)):
        plan = draw(rng, warmup + runs, queued=int(rng.integers(10**7, 10**8)))
        result = submission.probe.benchmark(plan, batch(rng), warmup=warmup, runs=runs)
        wanted = seconds(plan, warmup, runs).mean()
        help = "torch.cuda.synchronize() before the first reading as well as before the second, where x is on CUDA."
        launches = np.floor_divide(plan["durations"][warmup : warmup + runs], 50).mean() / 1e9
        assert_close(entry(result, "mean_s"), wanted + launches, tol=1e-5, relative=True, help=help)


@check("errors", points=2, depends_on="test_mean")
def test_errors(submission, rng):
    """ValueError for runs < 1 or warmup < 0, before the model is touched."""
    for options in ({"runs": 0}, {"runs": -3}, {"warmup": -1}, {"warmup": -2, "runs": 1}, {"warmup": 3, "runs": 0}):
        plan, x = draw(rng, 12, modes=mixed_modes(rng)[0]), batch(rng)
        help = "Check both numbers first: range() of a negative number is empty, and complains of nothing."
        assert_raises(ValueError, submission.probe.benchmark, plan, x, **options, help=help)
        returned = submission.probe.afterwards(plan, x, **options)
        assert_close(
            entry(returned, "level"), plan["level"], help="No call of the model before the numbers are checked."
        )
        assert_close(entry(returned, "output"), output(plan, x), help=help)


@check("stability", depends_on="test_mean")
def test_one_run(submission, rng):
    """A single run is its own mean and its own percentiles; two runs have theirs between them."""
    plan = draw(rng, 3)
    result = submission.probe.benchmark(plan, batch(rng), warmup=2, runs=1)
    for key in ("mean_s", "p50_s", "p95_s"):
        help = "One time is a legal list of times: mind divisors such as runs - 1, and places behind the end."
        assert_close(entry(result, key), seconds(plan, 2, 1)[0], tol=1e-5, relative=True, help=help)
    result = submission.probe.benchmark(draw(rng, 2), batch(rng), warmup=0, runs=2)
    assert_type(entry(result, "p95_s"), float)


@check("contract", testimony=True, depends_on="test_mean")
def test_side_effects(submission, rng):
    """x, the parameters, their gradients and all settings are left alone, also after a failure; nothing is printed."""
    for changes in (
        {},
        {"frozen": True, "recording": False},
        {"collecting": False},
        {"gradient": rng.normal(), "wanted": True},
        {"fails_at": 3, "error": "ValueError"},
    ):
        plan, x = draw(rng, 6, **changes), batch(rng)
        seen = assert_unchanged(submission.probe.manners, plan, torch.tensor(x), warmup=2, runs=4)
        assert_close(entry(seen, "weight"), np.array(plan["weight"]))
        assert_true(entry(seen, "frozen") is plan["frozen"], "requires_grad of a parameter has changed")
        assert_true(entry(seen, "gradient") == plan["gradient"], "the gradient of a parameter has changed")
        assert_true(entry(seen, "wanted") is plan["wanted"], "requires_grad of x has changed")
        names = (
            "the grad mode",
            "torch.backends.cudnn.benchmark",
            "torch.backends.cudnn.deterministic",
            "gc.isenabled()",
        )
        for name, same in zip(names, unpack(entry(seen, "settings"), len(names)), strict=True):
            assert_true(same is True, f"{name} has changed")


def output(plan, x):
    """What the model gives in the modes of the plan."""
    masks = [mask for mask, training in zip(plan["masks"], plan["modes"], strict=True) if training]
    return x * plan["weight"] * np.prod(masks)
