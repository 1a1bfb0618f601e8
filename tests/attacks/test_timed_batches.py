"""Attacks on the timing of whole runs of calls, which a GPU needs: known from the trackers of kernel leaderboards.

Here they run on the CPU, over the same protocol. None gains anything on its honest equivalent.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etude.report import Status
from tests.attacks.timing_support import NOISE, Measure, measuring, timed_exercise

# Three times the work of the reference, which this file calls `slow`.
SLOW = """
import numpy as np
def slow(x):
    for _ in range(96):
        np.tanh(x)
    return 2 * x + 1
"""
HONEST = SLOW + "affine = slow\n"
# What an attack finds in its worker.
STAGE = """
import gc
stage = next(thing for thing in gc.get_objects() if type(thing).__name__ == 'Stage')
"""


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measure]:
    exercise = timed_exercise(tmp_path_factory.mktemp("batches") / "bank", staged=True)
    with measuring(exercise, HONEST) as found:
        yield found


def test_an_answer_measures_as_many_times_slower_as_it_is(measure: Measure) -> None:
    """Within 10 %; on a busy machine one of three measurements has to be."""
    ratios = []
    for _ in range(3):
        check = measure(HONEST)
        assert check.status is Status.PASSED, check.rationale
        assert check.timing is not None
        assert check.timing.calls > 1
        ratios.append(check.timing.ratio)
        if abs(ratios[-1] / 3 - 1) <= 0.1:
            return
    pytest.fail(f"truly 3 times slower, measured {ratios}")


# The outputs are right, and the work is done at another time than the clock's.
ELSEWHEN = {
    "all iterations in the first call": (
        "answers = []\n"
        "def affine(x):\n"
        "    if not answers:\n"
        "        found = [thing for thing in gc.get_objects() if type(thing) is list and len(thing) == 16"
        " and all(type(entry) is list and len(entry) == 1 and type(entry[0]) is np.ndarray for entry in thing)]\n"
        "        answers.extend((id(entry[0]), slow(entry[0])) for entry in reversed(found[0]))\n"
        "    number, answer = answers.pop()\n"
        "    return answer if number == id(x) else slow(x)\n"
    ),
    "as soon as the inputs are there": (
        "put, known = type(stage).put, {}\n"
        "def early(self, inputs, device):\n"
        "    put(self, inputs, device)\n"
        "    ready = np.frombuffer(self._inputs[-1][0].raw.tobytes()).reshape(512, 512)\n"
        "    known[ready[0, 0]] = slow(ready)\n"
        "type(stage).put = early\n"
        "def affine(x):\n"
        "    return known.pop(x[0, 0], None) if x[0, 0] in known else slow(x)\n"
    ),
    "under patched clocks": (
        "import time\n"
        "for name in ('time', 'monotonic', 'perf_counter', 'perf_counter_ns', 'monotonic_ns', 'time_ns'):\n"
        "    setattr(time, name, lambda: 0)\n"
        "affine = slow\n"
    ),
}


@pytest.mark.parametrize("kind", ELSEWHEN)
def test_work_at_another_time_gains_nothing(measure: Measure, kind: str) -> None:
    ratios = []
    for _ in range(3):
        honest, attack = measure(HONEST), measure(SLOW + STAGE + ELSEWHEN[kind])
        assert attack.status is Status.PASSED, attack.rationale  # its outputs are right
        assert honest.timing is not None
        assert attack.timing is not None
        ratios.append((honest.timing.ratio, attack.timing.ratio))
        if attack.timing.ratio > NOISE * honest.timing.ratio:
            return
    pytest.fail(f"honest and tampered ratios: {ratios}")


# The work is not done, or not all of it.
ABSENT = {
    "replayed from an earlier phase": (
        "kept = []\ndef affine(x):\n    kept.append(slow(x) if len(kept) < 16 else kept[len(kept) % 16])\n"
        "    return kept[-1]\n"
    ),
    "replayed by a few elements": (
        "kept = {}\ndef affine(x):\n    return kept.setdefault(round(float(x[0, 0])), 2 * x + 1)\n"
    ),
    "only the first of a run": (
        "count = [0]\ndef affine(x):\n    count[0] += 1\n"
        "    return slow(x) if count[0] % 16 == 1 else np.empty(x.shape)\n"
    ),
    "a lazy array": (
        "class Lazy(np.ndarray):\n"
        "    def __array_finalize__(self, other):\n        pass\n"
        "    def __array__(self, *args, **options):\n        return 2 * self.x + 1\n"
        "    tobytes = astype = copy = view = reshape = __array__\n"
        "def affine(x):\n    y = np.empty(x.shape).view(Lazy)\n    y.x = x\n    return y\n"
    ),
    "finished by a thread": (
        "import threading\n"
        "def affine(x):\n    y = np.empty(x.shape)\n"
        "    threading.Timer(0.2, lambda: np.copyto(y, 2 * x + 1)).start()\n    return y\n"
    ),
    "when an output is fetched": (
        "inputs = []\n"
        "def fetch(self, picks):\n    return [slow(inputs[-16:][pick]) for pick in picks]\n"
        "type(stage).fetch = fetch\n"
        "def affine(x):\n    inputs.append(x)\n    return np.zeros(x.shape)\n"
    ),
    "never, with digests made up": (
        "run = type(stage).run\n"
        "def forged(self, function, key):\n    run(self, function, key)\n    return [0] * 16\n"
        "type(stage).run = forged\n"
        "affine = slow\n"
    ),
    "replayed by the input's address": (
        "kept = {}\ndef affine(x):\n    return kept.setdefault(x.ctypes.data, 2 * x + 1)\n"
    ),
    "replayed from a file": (
        "import os\n"
        "def affine(x):\n"
        "    if not os.path.exists('kept.npy'):\n        np.save('kept.npy', 2 * x + 1)\n"
        "    return np.load('kept.npy')\n"
    ),
    "left to memory that an earlier output lay in": "def affine(x):\n    return np.empty(x.shape)\n",
    "by changing the inputs to fit": "def affine(x):\n    x[:] = 0\n    return np.ones(x.shape)\n",
    "in half precision": "def affine(x):\n    return (2 * x.astype('float16') + 1).astype(float)\n",
    "into one buffer": (
        "buffer = np.empty((512, 512))\ndef affine(x):\n    np.copyto(buffer, 2 * x + 1)\n    return buffer\n"
    ),
    "digests that are no list": (
        "run = type(stage).run\ntype(stage).run = lambda *given: {'digests': run(*given)}\naffine = slow\n"
    ),
    "digests that are no numbers": (
        "run = type(stage).run\n"
        "type(stage).run = lambda *given: [np.array(run(*given), np.uint64)] * 16\n"
        "affine = slow\n"
    ),
    "fewer outputs than were picked": ("type(stage).fetch = lambda self, picks: []\naffine = slow\n"),
}


@pytest.mark.parametrize("kind", ABSENT)
def test_work_that_was_not_done_is_missed(measure: Measure, kind: str) -> None:
    check = measure(SLOW + STAGE + ABSENT[kind])
    assert check.status is Status.FAILED
    assert check.rationale is not None
    wrong = "the values are wrong", "an output was not what it is now when your function had returned it"
    assert check.rationale.problem in wrong
