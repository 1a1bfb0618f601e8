"""Mutation operators beside cosmic-ray's own: the faults that people make when they write networks.

cosmic-ray changes operators, comparisons, numbers and conditions. It never forgets a line, a keyword or a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Operator

Positions = Iterator[tuple[tuple[int, int], tuple[int, int]]]

_SWAPS = (
    ("min", "max"),
    ("minimum", "maximum"),
    ("amin", "amax"),
    ("argmin", "argmax"),
    ("clamp_min", "clamp_max"),
    ("mean", "sum"),
    ("std", "var"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("train", "eval"),
    ("any", "all"),
    ("floor", "ceil"),
    ("log", "log1p"),
    ("exp", "expm1"),
    ("no_grad", "enable_grad"),
    ("perf_counter", "time"),
)
_OTHER = {**dict(_SWAPS), **{second: first for first, second in _SWAPS}}
_DEFINES = frozenset({"funcdef", "classdef", "param", "import_as_name", "import_from", "import_name", "dotted_name"})
_STATEMENTS = frozenset({"expr_stmt", "atom_expr", "raise_stmt", "del_stmt"})


class _Rewriter(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """An operator that says in code what may stand in a node's place."""

    def rewrites(self, node: Any) -> list[str]:
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Positions:
        for _ in self.rewrites(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        return parso.parse(node.get_first_leaf().prefix + self.rewrites(node)[index])  # type: ignore[no-untyped-call]

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class ForgetStatement(_Rewriter):
    """`optimizer.zero_grad()` becomes `pass`; so do an assignment and a raise."""

    def rewrites(self, node: Any) -> list[str]:
        if node.type not in _STATEMENTS or node.parent is None or node.parent.type != "simple_stmt":
            return []
        return ["pass"]


class ForgetKeyword(_Rewriter):
    """`x.var(0, unbiased=False)` becomes `x.var(0)`."""

    def rewrites(self, node: Any) -> list[str]:
        if node.type != "trailer" or node.children[0].value != "(" or len(node.children) < 3:
            return []
        inner = node.children[1]
        arguments = [c for c in inner.children if c.type != "operator"] if inner.type == "arglist" else [inner]
        kept = [[a for a in arguments if a is not dropped] for dropped in arguments if _is_keyword(dropped)]
        return [f"({', '.join(a.get_code().strip() for a in rest)})" for rest in kept]


class SkipCall(_Rewriter):
    """`self.norm(x)` becomes `x`, and `x.detach()` becomes `x`."""

    def rewrites(self, node: Any) -> list[str]:
        if node.type != "atom_expr" or _statement(node):
            return []
        *function, call = node.children
        if call.type != "trailer" or call.children[0].value != "(":
            return []
        found = []
        if len(call.children) == 3 and (first := _first_positional(call.children[1])) is not None:
            found.append(f"({first.get_code().strip()})")
        if len(function) > 1 and function[-1].type == "trailer" and function[-1].children[0].value == ".":
            found.append("".join(part.get_code() for part in function[:-1]).strip())
        return found


class SwapName(_Rewriter):
    """`min` becomes `max`, `train` becomes `eval`."""

    def rewrites(self, node: Any) -> list[str]:
        if node.type != "name" or node.value not in _OTHER:
            return []
        parent = node.parent.type if node.parent is not None else ""
        if parent in _DEFINES or (parent == "argument" and node.parent.children[0] is node):
            return []
        return [_OTHER[node.value]]


def _is_keyword(node: Any) -> bool:
    return bool(node.type == "argument" and node.children[1].type == "operator" and node.children[1].value == "=")


def _first_positional(inner: Any) -> Any:
    first = inner.children[0] if inner.type == "arglist" else inner
    return None if first.type == "argument" or first.get_code().strip().startswith("*") else first


def _statement(node: Any) -> bool:
    return node.parent is not None and node.parent.type == "simple_stmt"


OPERATORS: tuple[type[Operator], ...] = (ForgetStatement, ForgetKeyword, SkipCall, SwapName)
