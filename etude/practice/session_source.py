"""An answer gathered from the cells that a notebook's kernel has run.

What counts is what the kernel would call now: the newest definition of each entry point, and of every name that it
needs. The rest of the notebook (plots, experiments, a comparison with a library that the exercise bans) stays out.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etude.notebook import python_only
from etude.syntax import parse

_PLAIN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.Import, ast.ImportFrom)


def answer_source(cells: Sequence[str], entry_points: Iterable[str]) -> str:
    """The statements of `cells`, run in this order, that the entry points need; "" where none of these is defined."""
    statements = [statement for cell in cells for statement in _statements(cell)]
    needed: set[int] = set()
    ahead = [(name, len(statements)) for name in entry_points]
    while ahead:
        name, before = ahead.pop()
        for number in _about(name, statements, before):
            if number not in needed:
                needed.add(number)
                statement = statements[number]
                ahead += [(name, number) for name in statement.uses]
                ahead += [(name, len(statements)) for name in statement.uses_later]
    if not needed:
        return ""
    needed |= {number for number, statement in enumerate(statements) if statement.always}
    # A future import has to come first, wherever it was run.
    chosen = sorted(needed, key=lambda number: (not statements[number].is_future, number))
    return "\n".join(f"{statements[number].source}\n" for number in chosen)


@dataclass(frozen=True)
class _Statement:
    source: str
    binds: frozenset[str]
    changes: frozenset[str]  # by `name.attribute = …`, `name[…] = …`, or a method called for its effect
    uses: frozenset[str]  # when it runs
    uses_later: frozenset[str]  # in the bodies of functions, when these are called
    is_future: bool
    is_star: bool

    @property
    def always(self) -> bool:
        """Nobody can tell who needs it."""
        return self.is_future or self.is_star


def _about(name: str, statements: Sequence[_Statement], before: int) -> list[int]:
    """The newest statement before `before` that binds `name`, and those after it that change its value."""
    binding = next((n for n in reversed(range(before)) if name in statements[n].binds), None)
    if binding is None:
        return []
    return [binding, *(n for n in range(binding + 1, before) if name in statements[n].changes)]


def _statements(cell: str) -> list[_Statement]:
    code = python_only(cell)
    try:
        return [_statement(node, code) for node in parse(code).body]
    except (SyntaxError, ValueError, RecursionError):
        return []  # it did not run


def _statement(node: ast.stmt, code: str) -> _Statement:
    source = _source(node, code)
    scope = symtable.symtable(source, "cell", "exec")
    symbols = scope.get_symbols()
    binds = frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace())
    uses, uses_later = _uses_within(scope)
    uses |= {s.get_name() for s in symbols if s.is_referenced()}
    if not isinstance(node, _PLAIN):  # `x += 1`, or an `if` around `x = 1`: what x was before may matter
        uses |= binds
    star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    return _Statement(
        source,
        binds,
        frozenset(_changed(node)),
        uses,
        uses_later,
        isinstance(node, ast.ImportFrom) and node.module == "__future__",
        star,
    )


def _uses_within(scope: symtable.SymbolTable, called: bool = False) -> tuple[frozenset[str], frozenset[str]]:
    """The global names that the functions and classes within `scope` use: as they are made, and as they are called."""
    at_once: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    for inner in scope.get_children():
        inner_called = called or inner.get_type() == "function"
        names = frozenset(symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global())
        more_at_once, more_later = _uses_within(inner, inner_called)
        later |= more_later | (names if inner_called else frozenset())
        at_once |= more_at_once | (frozenset() if inner_called else names)
    return at_once, later


def _changed(node: ast.stmt) -> Iterable[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for part in ast.walk(node):
        match part:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield _root(part)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                yield _root(method)


def _root(node: ast.expr) -> str:
    """`name` of name.a[0].b; "" where it is no name's."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _source(node: ast.stmt, code: str) -> str:
    """Its lines, decorators included; of a line that it shares, its own part."""
    decorators = getattr(node, "decorator_list", [])
    if decorators:
        return "\n".join(code.split("\n")[decorators[0].lineno - 1 : node.end_lineno])
    return ast.get_source_segment(code, node) or ""
