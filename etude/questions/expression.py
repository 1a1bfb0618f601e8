"""The expressions of question files: arithmetic over names, bounded, with nothing of Python's besides."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

BIGGEST = 1e100
_LONGEST = 500  # characters
_HIGHEST_POWER = 1000  # of whole numbers, whose digits would fill the memory
_MOST_DIGITS = 15


class ExpressionError(Exception):
    """What is wrong with an expression, in words that follow its place."""


def names_in(expression: str) -> set[str]:
    """The names that it stands on; ExpressionError where it is no arithmetic."""
    nodes = list(ast.walk(_parse(expression)))
    functions = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}  # of a comprehension
    return {node.id for node in names} - functions - own


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """Its value; ExpressionError where it has none, or one too large to be meant."""
    import simpleeval

    evaluator = simpleeval.EvalWithCompoundTypes(dict(_OPERATORS), dict(FUNCTIONS), dict(names))
    try:
        return evaluator.eval(expression, previously_parsed=_parse(expression).body)
    except (simpleeval.InvalidExpression, ArithmeticError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise ExpressionError(f"`{expression}` has no value ({error})") from None


@cache
def _parse(expression: str) -> ast.Expression:
    if len(expression) > _LONGEST:
        raise ExpressionError(f"is longer than {_LONGEST} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(f"`{expression}` is no expression ({error})") from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ExpressionError(f"`{expression}` holds {type(node).__name__}, which is no arithmetic")
        if isinstance(node, ast.Call) and not _is_known(node):
            raise ExpressionError(f"`{expression}` calls {ast.unparse(node.func)}, not one of {', '.join(FUNCTIONS)}")
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
            raise ExpressionError(f"`{expression}` holds {node.value!r}, which is no number")
    return tree


def _is_known(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in FUNCTIONS and not call.keywords


def _bounded(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def on_numbers(left: Any, right: Any) -> Any:
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise TypeError("arithmetic on what is no number")
        value = function(left, right)
        if isinstance(value, complex) or abs(value) > BIGGEST:
            raise ValueError(f"a number that is not real, or above {BIGGEST:g}")
        return value

    return on_numbers


def _power(base: float, exponent: float) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and abs(exponent) > _HIGHEST_POWER:
        raise ValueError(f"a power above {_HIGHEST_POWER}")
    return base**exponent


def _round(number: float, digits: int = 0) -> float:
    """To a whole number where no digits are named; 10**(-digits) is computed, so they are bounded."""
    if abs(digits) > _MOST_DIGITS:
        raise ValueError(f"more than {_MOST_DIGITS} digits")
    return round(number, digits) if digits else round(number)


_ALLOWED = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Name, ast.Constant),
    *(ast.Subscript, ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp, ast.comprehension, ast.Load, ast.Store),
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.USub, ast.UAdd, ast.Not),
    *(ast.And, ast.Or, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
)
_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: _bounded(operator.add),
        ast.Sub: _bounded(operator.sub),
        ast.Mult: _bounded(operator.mul),
        ast.Div: _bounded(operator.truediv),
        ast.FloorDiv: _bounded(operator.floordiv),
        ast.Mod: _bounded(operator.mod),
        ast.Pow: _bounded(_power),
        ast.USub: operator.neg,
        ast.UAdd: operator.pos,
        ast.Not: operator.not_,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
    }
)
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "log2", "tanh", "sin", "cos", "floor", "ceil")},
        "abs": abs,
        "min": min,
        "max": max,
        "round": _round,
        "sum": sum,
        "len": len,
    }
)
