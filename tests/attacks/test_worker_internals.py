"""Answers that replace the worker's own parts: its encoder, its spies, its seeding, and the exercise's probe.

All these run beside the candidate's code and may be replaced; what they say is testimony, and no point that rests on
proof hangs on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission
from tests.attacks.conftest import Attack, Harmless, why

SERVER = """
import builtins, gc, sys, threading, types
import numpy as np

def loaded(name):
    return sys.modules.get(name, types.SimpleNamespace())

serving, excerpts = loaded("etude.sandbox.serving"), loaded("etude.sandbox.excerpts")
settings, seeding = loaded("etude.sandbox.settings"), loaded("etude.sandbox.seeding")
encoder, channel = loaded("etude.sandbox.wire.encoder"), loaded("etude.sandbox.wire.channel")
server = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Server")
"""

REPLACED = {
    "the encoder": """
def node(self, value, depth):
    if type(value) is np.ndarray:
        return ["array", "float32", [], 4]
    return good(self, value, depth)
good, encoder.Encoder.node = encoder.Encoder.node, node
""",
    "the encoder's arrays": "encoder.Encoder._array = lambda self, array: ['bool', True]",
    "the encoder's tables": "encoder.DTYPES = encoder.TENSOR_DTYPES = frozenset(['float32', 'object', 'U3'])",
    "the channel": """
def send(self, value, **options):
    return good(self, {"value": True} if "value" in value else value, **options)
good, channel.Channel.send = channel.Channel.send, send
""",
    "the server's actions": """
serving.Server._call = lambda self, request: request["args"]
serving.Server._begin = serving.Server._echo = lambda self, request: None
""",
    "the server's calls": "serving.Server._run = staticmethod(lambda function, args, kwargs: args[0] if args else {})",
    "the pictures of settings": """
for module in (settings, serving):
    module.settings = dict
    module.generators = lambda draws: {}
    module.changed = lambda before, after: []
""",
    "the watch": "serving.watched = loaded('etude.sandbox.watch').watched = lambda function, banned: (function(), [])",
    "the seeding": """
for module in (seeding, serving):
    module.seed_generators = lambda seed: np.random.seed(0)
""",
    "the description of exceptions": """
for module in (excerpts, serving):
    module.describe = lambda error, name, lines: {"type": "Passed", "bases": ["ValueError"], "message": "all is well"}
""",
    "the server itself": """
class Server(type(server)):
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)
    def _call(self, request):
        return {"value": request["args"], "args": request["args"], "kwargs": {}, "settings": []}
server.__class__ = Server
""",
    "the modules it serves": """
server._modules["submission"] = server._modules["probe"] = types.SimpleNamespace(
    double=lambda x: x, softmax=lambda x, axis=-1: x, layouts=lambda x: [x] * 4, both_axes=lambda x: [x, x]
)
""",
    "the flush": "serving._flush = lambda: (_ for _ in ()).throw(KeyboardInterrupt)",
    "warnings": """
import warnings
warnings.simplefilter = warnings.filterwarnings = lambda *args, **kwargs: None
warnings.catch_warnings.__enter__ = warnings.catch_warnings.__exit__ = lambda self, *args: None
""",
}


@pytest.mark.parametrize("kind", REPLACED)
def test_replaced_when_imported(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"{SERVER}\n{REPLACED[kind]}\ndef double(x):\n    x *= 3\n    return x\n", timeout=5)
    assert report.problem is None or "broke the worker" in why(report)
    assert_harmless(report)


@pytest.mark.parametrize("kind", REPLACED)
def test_replaced_when_called(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    source = (
        f"{SERVER}\nCODE = {REPLACED[kind]!r}\ndef double(x):\n    exec(CODE, globals())\n    x *= 3\n    return x\n"
    )
    assert_harmless(attack(source, timeout=5))


def test_what_can_be_lied_about_is_marked_as_testimony(attack: Attack, assert_harmless: Harmless) -> None:
    """An answer that changes its argument and hides it gets that one point, and the report says on what it rests."""
    hide = "import copy\nserving._observed = lambda f, args, kwargs, draws: dict(\n"
    hide += "    value=f(*copy.deepcopy(args)), args=args, kwargs=kwargs, settings=[])\n"
    report = attack(f"{SERVER}\n{hide}\ndef double(x):\n    x *= 2\n    return x\n")
    check = next(check for check in report.checks if check.name == "test_argument_unchanged")
    assert check.testimony
    assert check.points == 1
    assert_harmless(report, honest=("test_keeps_dtype", "test_values"))


# The same against a real grader, with a probe of its own.

WRONG = "def softmax(x, axis=-1):\n    x = np.asarray(x, float)\n    return x / x.sum(axis=axis, keepdims=True)\n"
PROBES = {
    "the probe's functions": """
class Probe(types.ModuleType):
    def __setattr__(self, name, value):
        pass
def fill():
    while "layouts" not in vars(sys.modules.get("probe", server)):
        pass
    vars(sys.modules["probe"]).update(layouts=lambda x: [x, x, x, x], both_axes=lambda x: [x, x])
threading.Thread(target=fill, daemon=True).start()
""",
    "how the probe is loaded": """
good = serving.Server._run_module
def run(self, name, filename, source, **names):
    return good(self, name, filename, "layouts = both_axes = lambda x: [x / 2] * 4", **names)
serving.Server._run_module = run
""",
    "what the probe imports": "sys.modules['submission'] = types.SimpleNamespace(softmax=lambda x, axis=-1: x)",
    "what compiles the probe": "builtins.compile = lambda *args, **kwargs: good('layouts = abs', 'p', 'exec')",
}  # fmt: skip


@dataclass(frozen=True)
class RealGrader:
    judge: Judge
    exercise: Exercise

    def grade(self, before: str) -> Report:
        source = f"{SERVER}\ngood = compile\n{before}\n{WRONG}"
        submission = Submission("answer.py", source)
        return self.judge.grade(self.exercise, submission, GradeOptions(seed=5, speed=False, timeout=5))

    def proof(self, report: Report) -> set[str]:
        return {check.name for check in report.checks if check.earned and not check.testimony}


@pytest.fixture(scope="module")
def softmax() -> Iterator[RealGrader]:
    with Judge() as judge:
        yield RealGrader(judge, Catalog.load([shipped_bank()]).get("softmax"))


@pytest.fixture(scope="module")
def honest(softmax: RealGrader) -> set[str]:
    return softmax.proof(softmax.grade(""))


@pytest.mark.parametrize("kind", [*PROBES, *REPLACED])
def test_a_real_grader_gives_no_more_than_the_honest_part_earns(
    softmax: RealGrader, honest: set[str], kind: str
) -> None:
    assert softmax.proof(softmax.grade({**PROBES, **REPLACED}[kind])) <= honest


def test_the_host_of_these_is_well(softmax: RealGrader, honest: set[str]) -> None:
    assert softmax.proof(softmax.grade("")) == honest
    reference = Submission.read(str(softmax.exercise.solution_path))
    assert softmax.judge.grade(softmax.exercise, reference, GradeOptions(speed=False)).full_marks
