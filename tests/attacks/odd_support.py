"""Odd things to return, and answers that return them: from the start, or now and then out of a right answer."""

from __future__ import annotations

import ast

from etude.exercise import Exercise

ODD = (
    "None", "True", "3", "-1", "10**30", "1 << 4000", "0.0", "float('nan')", "float('inf')", "1e308", "''", "'text'",
    "chr(0xd800)", "'x' * 10**5", "b''", "b'\\xff' * 99", "()", "[]", "{}", "(1,)", "[None]", "[[1], [1, 2]]", "[[]]",
    "[[], []]", "{'a': 1}", "{1: None, None: 2}", "{'loss': 'x', 'W1': [], 'b1': None}", "((), ())", "(None, None)",
    "(None, None, None)", "(1.0, 2.0)", "('a', 'b', 'c')", "[0.0] * 5", "[1, 'x' * 10**5] * 50", "[[[[[[1]]]]]]",
    "np.float64(2)", "np.float16(1)", "np.bool_(True)", "np.complex64(1j)", "np.int8(-1)", "np.uint64(2**63)",
    "np.array(np.nan)", "np.zeros(0)", "np.zeros((0, 3))", "np.zeros((2, 0))", "np.zeros((0, 2**40))", "np.ones(3)",
    "np.ones((1,) * 32)", "np.ones((2,) * 18, bool)", "np.full(3, np.inf)", "np.full((2, 3), np.nan)",
    "np.ones((2, 3)) * 1j", "np.ones((2, 3), bool)", "np.zeros(3, 'uint8')", "np.full(4, 1e300)", "np.ones((3, 4)).T",
    "[np.ones(2), np.ones(3)]", "(np.ones(2), None)", "{'a': np.ones(2)}", "np.array([None, 1])", "np.array(['a'])",
    "np.zeros(2, 'f4,f4')", "np.array(['2000-01-01'], 'M8[D]')", "(i for i in range(3))", "range(3)", "{1, 2}",
    "object()", "lambda *args: args", "int", "np", "NotImplemented", "...", "ValueError('returned')", "1j", "iter([])",
    "type('Array', (np.ndarray,), {'shape': 'x'})((2,))", "exec('raise ValueError')", "exec('raise KeyError(1)')",
    "exec('raise Exception(b\"x\")')", "exec('raise StopIteration')", "exec('raise SystemExit')",
)  # fmt: skip
ODD_TENSORS = (
    "torch.tensor(float('nan'))", "torch.zeros(0)", "torch.ones(2, requires_grad=True)", "torch.ones(2, 3).to_sparse()",
    "torch.empty(2, device='meta')", "torch.ones(2, dtype=torch.bfloat16)", "torch.ones(()).bool()",
    "torch.ones(2) * 1j", "torch.nn.Linear(1, 1)", "torch.nn.Parameter(torch.ones(1))", "[torch.ones(2)]",
    "(torch.ones(1), None)", "torch.ones((2,) * 12)", "torch.float32", "torch.full((2, 3), float('inf'))",
)  # fmt: skip

SPOIL = """
import random as _random
_dice = _random.Random(SEED)

def _odd():
    return ODD

def _like(value):
    \"\"\"Nearly that array, tensor or number.\"\"\"
    ways = [
        lambda: value[None], lambda: value[:0], lambda: value.T, lambda: value * float("nan"), lambda: value * 1j,
        lambda: value.tolist(), lambda: value.astype("float16"), lambda: value.astype(bool), lambda: value.sum(),
        lambda: value.reshape(-1), lambda: [value, value], lambda: -value, lambda: value.int(), lambda: value.bool(),
        lambda: value.double(), lambda: value.numpy(), lambda: value.to_sparse(), lambda: value.detach(),
        lambda: value.half(), lambda: value.flatten()[:1], lambda: float(value), lambda: str(value),
        lambda: 1e300 * value,
    ]
    for way in _dice.sample(ways, len(ways)):
        try:
            return way()
        except Exception:
            continue
    return _odd()

def _spoil(value):
    choice = _dice.random()
    if choice < 0.25:
        return _odd()
    if isinstance(value, (tuple, list)) and value:
        place = _dice.randrange(len(value))
        if choice < 0.4:
            return value[:place]
        return type(value)(_spoil(item) if i == place else item for i, item in enumerate(value))
    if isinstance(value, dict) and value:
        key = _dice.choice(list(value))
        if choice < 0.4:
            return {k: v for k, v in value.items() if k != key}
        return {k: _spoil(v) if k == key else v for k, v in value.items()}
    return _like(value)

def _now_and_then(function):
    def spoiled(*args, **kwargs):
        value = function(*args, **kwargs)
        return _spoil(value) if _dice.random() < CHANCE else value
    return spoiled

for _name in ENTRY_POINTS:
    _thing = globals()[_name]
    if isinstance(_thing, type):
        for _method, _function in list(vars(_thing).items()):
            if callable(_function) and (not _method.startswith("__") or _method == "__call__"):
                setattr(_thing, _method, _now_and_then(_function))
    else:
        globals()[_name] = _now_and_then(_thing)
"""


def imports(exercise: Exercise) -> str:
    return "import numpy as np\n" + ("import torch\n" if "torch" in exercise.preload else "")


def odd_things(exercise: Exercise) -> tuple[str, ...]:
    return ODD + (ODD_TENSORS if "torch" in exercise.preload else ())


def always(exercise: Exercise, odd: str) -> str:
    """Every entry point returns it; a class's instances return it from every method of the stub, and when called."""
    source = [imports(exercise), f"def _odd(*args, **kwargs):\n    return {odd}\n"]
    stub = ast.parse(exercise.stub_path.read_text("utf-8"))
    classes = {node.name: node for node in stub.body if isinstance(node, ast.ClassDef)}
    for name in exercise.entry_points:
        if name not in classes:
            source.append(f"{name} = _odd")
            continue
        node = classes[name]
        methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)} - {"__init__"}
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        nn = "from torch import nn\n" if "nn." in bases else ""
        body = [f"    {method} = _odd" for method in sorted({"__call__", "forward", *methods})]
        init = "    def __init__(self, *args, **kwargs):\n        super().__init__()\n"
        parameter = "        self.weight = torch.nn.Parameter(torch.ones(2, 3))\n" if nn else ""
        source.append(f"{nn}class {name}({bases}):\n{init}{parameter}" + "\n".join(body))
    return "\n".join(source)


def made(exercise: Exercise, odd: str) -> str:
    """Every entry point, called or constructed, gives it."""
    bodies = (
        f"class {name}:\n    def __new__(cls, *args, **kwargs):\n        return {odd}\n"
        for name in exercise.entry_points
    )
    return imports(exercise) + "\n".join(bodies)


def now_and_then(exercise: Exercise, odd: str, seed: int) -> str:
    """The reference answer, some of whose results are odd in whole or in part."""
    reference = exercise.solution_path.read_text("utf-8")
    spoil = SPOIL.replace("SEED", str(seed)).replace("CHANCE", ("1", "0.3", "0.05")[seed % 3]).replace("ODD", odd)
    return f"{reference}\n{imports(exercise)}{spoil.replace('ENTRY_POINTS', repr(exercise.entry_points))}"
