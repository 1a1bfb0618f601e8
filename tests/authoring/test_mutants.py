"""Mutants are the faults that people make, and never a change that nobody could notice."""

from __future__ import annotations

import ast

import pytest

from etude.authoring.mutants import mutants

FAULTS = {
    "a line is forgotten": ("def f(o):\n    o.zero_grad()\n    return o\n", "pass"),
    "an error is not raised": ("def f(x):\n    if x:\n        raise ValueError('x')\n    return x\n", "pass"),
    "a keyword is forgotten": ("def f(x):\n    return x.var(0, unbiased=False)\n", "return x.var(0)"),
    "min for max": ("def f(x):\n    return min(x, 1)\n", "return max(x, 1)"),
    "the wrong mode": ("def f(m):\n    m.train()\n", "m.eval()"),
    "times for divided by": ("def f(q, d):\n    return q / d\n", "return q * d"),
    "the other comparison": ("def f(x):\n    return x >= 0\n", "return x > 0"),
    "one off": ("def f(x):\n    return x[1:]\n", "return x[ 2:]"),
    "a part is skipped": ("def f(self, x):\n    return self.norm(x)\n", "return (x)"),
    "a method is skipped": ("def f(x):\n    return x.detach()\n", "return x"),
    "true for false": ("def f(x):\n    return x.sum(keepdim=True)\n", "return x.sum(keepdim=False)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_people_make(fault: str) -> None:
    source, after = FAULTS[fault]
    assert after in [mutant.after for mutant in mutants(source)]


NOT_MUTATED = {
    "annotations": "def f(x: int | None) -> int | str:\n    return x\n",
    "a variable's annotation": "a: int | None = b\n",
    "docstrings": 'def f(x):\n    """1 + 1 == 2."""\n    return x\n',
    "an exception's message": "def f(x):\n    raise ValueError(f'{x + 1}', 2 * 3)\n",
}


@pytest.mark.parametrize("part", NOT_MUTATED)
def test_what_has_no_effect_is_left_alone(part: str) -> None:
    for mutant in mutants(NOT_MUTATED[part]):
        assert mutant.operator in {"ForgetStatement", "SkipCall"}, mutant.diff


def test_each_mutant_is_python_and_another_program() -> None:
    source = "def f(x, y=2):\n    z = x - y * 3 if x > y else x.sum(axis=0)\n    return max(z, 1)\n"
    found = mutants(source)
    assert len({ast.dump(ast.parse(mutant.source)) for mutant in found} - {ast.dump(ast.parse(source))}) == len(found)


def test_a_mutant_says_what_changed_in_one_line() -> None:
    (mutant,) = [one for one in mutants("def f(o):\n    o.step()\n") if one.operator == "ForgetStatement"]
    assert mutant.diff == "line 2: `o.step()` became `pass`"
