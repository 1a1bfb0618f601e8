"""Slow answers to a speed check that tamper with time: none measures better than its honest equivalent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etude.report import Status
from tests.attacks.timing_support import NOISE, Measure, measuring, timed_exercise

# Half as much work again as the reference has.
SLOW = """
import numpy as np
{before}
def affine(x):
    {start}
    for _ in range(48):
        np.tanh(x)
    y = 2 * x + 1
    {end}
    return y
"""
HONEST = SLOW.format(before="", start="pass", end="pass")


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measure]:
    exercise = timed_exercise(tmp_path_factory.mktemp("clocks") / "bank", staged=False)
    with measuring(exercise, HONEST) as found:
        yield found


STOPPED = """
import ctypes, datetime, platform, sys, time
for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime"):
    setattr(time, name, lambda *args: 0.0)
    setattr(time, name + "_ns", lambda *args: 0)
time.sleep = lambda seconds: None
class Frozen(datetime.datetime):
    now = utcnow = today = classmethod(lambda cls, *args: cls(2000, 1, 1))
datetime.datetime = Frozen
for module in list(sys.modules.values()):
    for name in ("perf_counter", "monotonic", "time"):
        if callable(vars(module).get(name)):
            setattr(module, name, lambda *args: 0.0)
libc = ctypes.CDLL(None)
if platform.machine() == "x86_64":
    place = ctypes.cast(libc.clock_gettime, ctypes.c_void_p).value
    assert libc.mprotect(ctypes.c_void_p(place & -4096), ctypes.c_size_t(4096), 7) == 0
    ctypes.memmove(place, bytes.fromhex("31c0c3"), 3)  # returns 0
"""
BUSY = """
import threading
outside = threading.Event()
small = np.random.rand(1 << 13)
def burn():
    kept = np.empty_like(small)
    while True:
        outside.wait()
        np.tanh(small, out=kept)
for _ in range(4):
    threading.Thread(target=burn, daemon=True).start()
"""
TAMPERED = {
    "clocks that stand still": (STOPPED, "pass", "pass"),
    "threads that keep the others' processors busy": (BUSY, "outside.clear()", "outside.set()"),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_nothing_is_gained(measure: Measure, kind: str) -> None:
    before, start, end = TAMPERED[kind]
    ratios = []
    for _ in range(3):
        honest, attack = measure(HONEST), measure(SLOW.format(before=before, start=start, end=end))
        assert attack.status is Status.PASSED, attack.rationale  # its outputs are right
        assert honest.timing is not None
        assert attack.timing is not None
        ratios.append((honest.timing.ratio, attack.timing.ratio))
        if attack.timing.ratio > NOISE * honest.timing.ratio:
            return
    pytest.fail(f"honest and tampered ratios: {ratios}")


# Answers that do not do the work when it is asked for: every output is verified as it lay when the clock stopped.
ABSENT = {
    "remembered by shape": "kept = {}\ndef affine(x):\n    return kept.setdefault(x.shape, 2 * x + 1)\n",
    "remembered by a few elements": (
        "kept = {}\ndef affine(x):\n    key = round(float(x[0, 0]))\n    return kept.setdefault(key, 2 * x + 1)\n"
    ),
    "computed when it is looked at": (
        "class Lazy(np.ndarray):\n"
        "    def __array_finalize__(self, other):\n        pass\n"
        "    def __array__(self, *args, **options):\n        return 2 * self.x + 1\n"
        "    tobytes = astype = copy = view = reshape = __array__\n"
        "def affine(x):\n    y = np.empty(x.shape).view(Lazy)\n    y.x = x\n    return y\n"
    ),
    "computed by a thread after the reply": (
        "import threading\n"
        "def affine(x):\n"
        "    y = np.empty(x.shape)\n"
        "    threading.Timer(0.001, lambda: np.copyto(y, 2 * x + 1)).start()\n"
        "    return y\n"
    ),
    "written into the mapping after the reply": (
        "import gc, threading\n"
        "channel = next(thing for thing in gc.get_objects() if type(thing).__name__ == 'Channel')\n"
        "mapping = np.frombuffer(channel._shared_out, np.float64)\n"
        "def affine(x):\n"
        "    late = 2 * x + 1\n"
        "    threading.Timer(0.02, lambda: np.copyto(mapping[: x.size], late.ravel())).start()\n"
        "    return np.zeros(x.shape)\n"
    ),
    "computed for the first calls only": (
        "kept = []\ndef affine(x):\n    kept.append(2 * x + 1 if len(kept) < 5 else kept[0])\n    return kept[-1]\n"
    ),
    "computed for the corners only": (
        "def affine(x):\n    y = np.zeros(x.shape)\n    y[:2], y[-2:] = 2 * x[:2] + 1, 2 * x[-2:] + 1\n    return y\n"
    ),
    "computed in half precision": "def affine(x):\n    return (2 * x.astype('float16') + 1).astype(float)\n",
    "a mapping of the input": "def affine(x):\n    return np.broadcast_to(2 * x[:1] + 1, x.shape)\n",
}


@pytest.mark.parametrize("kind", ABSENT)
def test_work_that_was_not_done_is_missed(measure: Measure, kind: str) -> None:
    check = measure("import numpy as np\n" + ABSENT[kind])
    assert check.status is Status.FAILED
    assert check.rationale is not None
    assert check.rationale.problem == "the values are wrong"
