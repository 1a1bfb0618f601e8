"""Of all the cells that ran, the answer is what the kernel would call now, and what that needs."""

from __future__ import annotations

from typing import Any

import pytest

from etude.practice.session_source import answer_source


def called(cells: list[str], *arguments: Any, name: str = "f") -> Any:
    """What the gathered answer returns."""
    namespace: dict[str, Any] = {}
    exec(answer_source(cells, [name]), namespace)
    return namespace[name](*arguments)


def test_nothing_where_nothing_defines_it() -> None:
    assert answer_source([], ["f"]) == ""
    assert answer_source(["g = 1", "f(3)", "def f(:", "", "%%bash\ndef f"], ["f"]) == ""


def test_the_newest_definition_counts() -> None:
    assert called(["def f():\n    return 1", "def f():\n    return 2"]) == 2
    assert called(["def f():\n    return 1", "def f(:"]) == 1  # this cell never ran


def test_helpers_come_from_any_cell_in_their_newest_version() -> None:
    cells = ["import math", "K = 2", "def f(x):\n    return g(x) * K", "def g(x):\n    return math.floor(x)", "K = 10"]
    assert called(cells, 3.5) == 30


def test_the_rest_of_the_notebook_stays_out() -> None:
    cells = [
        "import numpy as np, math\nimport torch",
        "%matplotlib inline\ndef f(x):\n    return 2 * x",
        "f(1)\nprint(f(2))\nassert f(2) == torch.tensor(4)",
        "!pip list",
        "etude.check('f')",
    ]
    assert answer_source(cells, ["f"]) == "def f(x):\n    return 2 * x\n"


def test_several_entry_points() -> None:
    source = answer_source(["def f(): ...", "def other(): ...", "def g(): ...", "h = 1"], ["f", "g", "absent"])
    assert source == "def f(): ...\n\ndef g(): ...\n"


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        (["f = lambda: 3"], 3),
        (["def f():\n    return 1", "f = (lambda inner: lambda: inner() + 1)(f)"], 2),  # the old f is needed too
        (["def d(g):\n    return lambda: 7", "@d\ndef f(): ..."], 7),
        (["table = {}\nfor i in range(3):\n    table[i] = i * i", "def f():\n    return table[2]"], 4),
        (["items = []", "items.append(5)", "def f():\n    return items"], [5]),
        (["items = [1]", "items += [2]", "def f():\n    return items"], [1, 2]),
        (["n = 1", "if n > 1:\n    n = 0", "def f():\n    return n"], 1),
        (["class A:\n    k = 1", "A.k = 2", "def f():\n    return A.k"], 2),
        (["N = 3\nclass A:\n    k = N", "def f(a=None):\n    return (a or A()).k"], 3),
        (["try:\n    import absent as lib\nexcept ImportError:\n    lib = 4", "def f():\n    return lib"], 4),
        (["from math import *", "def f():\n    return floor(2.5)"], 2),
        (["def f():\n    return n", "from __future__ import annotations\nn: Absent = 6"], 6),
        (["%%time\ndef f():\n    return 8"], 8),
        (["%%grade f --seed 1\ndef f():\n    return 9"], 9),
        (["x = 1; y = 2; print(x)", "def f():\n    return y"], 2),
        (["é = 'é'; K = 3", "def f():\n    return é + str(K)"], "é3"),
        (["def f(n=3):\n    return 0 if n == 0 else g(n)", "def g(n):\n    return f(n - 1)"], 0),
    ],
)
def test_what_a_name_needs(cells: list[str], result: Any) -> None:
    assert called(cells) == result
