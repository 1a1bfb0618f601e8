"""A reference changed in one place: cosmic-ray's operators and ours, driven from memory."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

from etude.authoring.operators import OPERATORS

# Those that need arguments replace variables by random numbers; identity for equality is no fault that people make.
_LEFT_OUT = ("VariableReplacer", "VariableInserter")
_IDENTITY = ("_Is", "_IsNot")


@dataclass(frozen=True)
class Mutant:
    """`before` and `after` are what changed, stripped: one line each, as a rule."""

    operator: str
    line: int
    before: str
    after: str
    source: str

    @property
    def diff(self) -> str:
        return f"line {self.line}: `{self.before}` became `{self.after}`"


@cache
def mutants(source: str) -> tuple[Mutant, ...]:
    """Every mutant that differs from `source`, and from the others, in what it does at run time."""
    seen = {_meaning(source)}
    found = []
    for operator, mutated in _mutations(source):
        meaning = _meaning(mutated)
        if meaning is None or meaning in seen:
            continue
        seen.add(meaning)
        found.append(_mutant(operator, source, mutated))
    return tuple(found)


def _mutations(source: str) -> Iterator[tuple[str, str]]:
    provider = OperatorProvider()
    library = [provider[name] for name in provider if not _left_out(name)]
    nodes = list(ast_nodes(get_ast(source)))
    for kind in (*library, *OPERATORS):
        operator = kind()
        places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for occurrence in range(places):
            mutated = mutate_code(source, operator, occurrence)
            if mutated is not None:
                yield kind.__name__, mutated


def _left_out(name: str) -> bool:
    before, _, after = name.removeprefix("ReplaceComparisonOperator").rpartition("_")
    return name in _LEFT_OUT or (f"_{after}" in _IDENTITY and before not in _IDENTITY)


def _meaning(source: str) -> str | None:
    """The code without what has no effect on behaviour: annotations, docstrings, messages of exceptions."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source)
            compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return ast.dump(_Bare().visit(tree))


class _Bare(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if isinstance(node.exc, ast.Call):
            node.exc.args = []
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return ast.Pass() if isinstance(node.value, ast.Constant) else self.generic_visit(node)


def _mutant(operator: str, source: str, mutated: str) -> Mutant:
    before, after = source.splitlines(), mutated.splitlines()
    changes = [c for c in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if c[0] != "equal"]
    old = before[changes[0][1] : changes[-1][2]]
    new = after[changes[0][3] : changes[-1][4]]
    return Mutant(operator, changes[0][1] + 1, _one_line(old), _one_line(new), mutated)


def _one_line(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines).strip()
