"""What library names the expressions of a module may stand for, without running it.

Flow-insensitive: every assignment to a simple name counts everywhere in the file. Nothing recurses, because the tree
may be as deep as its author likes; children are evaluated before their parents until no name learns anything new.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from itertools import islice, product

from etude.judge.values import NOTHING, SCOPE, Value, call, element, join, merge

_EVALUATED = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.BinOp, ast.JoinedStr, ast.FormattedValue,
    ast.NamedExpr, ast.IfExp, ast.BoolOp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred,
)  # fmt: skip
_BUDGET = 500_000  # evaluations; bounds the rounds on huge files
_MAX_ROUNDS = 20


class Aliases:
    """Evaluates every expression of a tree; ask `value(node)`."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes = list(ast.walk(tree))
        self.bound: set[str] = set()
        self._names: dict[str, Value] = {}
        self._stars: set[str] = set()
        self._values: dict[ast.AST, Value] = {}
        for node in self.nodes:
            self._bind_definition(node)
        self._settle()

    def value(self, node: ast.AST) -> Value:
        return self._values.get(node, NOTHING)

    def _settle(self) -> None:
        expressions = [node for node in reversed(self.nodes) if isinstance(node, _EVALUATED)]
        pairs = [pair for node in self.nodes for pair in _assignments(node)]
        for _ in range(max(2, min(_MAX_ROUNDS, _BUDGET // (len(expressions) + 1)))):
            for node in expressions:
                value = self._evaluate(node)
                if value is not NOTHING:
                    self._values[node] = value
            learned = [self._learn(target, self.value(source)) for target, source in pairs]
            if not any(learned):
                break

    def _learn(self, target: str, value: Value) -> bool:
        if value is NOTHING:
            return False
        known = self._names.get(target, NOTHING)
        self._names[target] = merge((known, value))
        return self._names[target] != known

    def _bind_definition(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    self._import(alias.asname or alias.name.partition(".")[0], alias.asname and alias.name)
            case ast.ImportFrom(module=module, names=names, level=level):
                for alias in names:
                    if alias.name != "*":
                        self._import(alias.asname or alias.name, f"{module}.{alias.name}", own=level > 0)
                    elif module and not level:
                        self._stars.add(module)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.ExceptHandler():
                self.bound.add(node.name or "")
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self.bound.add(name)
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                self.bound.add(name)

    def _import(self, name: str, origin: str | None, own: bool = False) -> None:
        self.bound.add(name)
        if not own:
            self._learn(name, Value(frozenset({origin or name})))

    def _evaluate(self, node: ast.AST) -> Value:
        match node:
            case ast.Name(id=name):
                return self._lookup(name)
            case ast.Constant(value=str(text)):
                return Value(texts=frozenset({text})) if len(text) <= 200 else NOTHING
            case ast.Constant(value=complex()):
                return Value(frozenset({"builtins.complex"}))
            case ast.Attribute(value=base, attr=attribute):
                names = self.value(base)
                return element(names, (attribute,)) if names.names else self._names.get("." + attribute, NOTHING)
            case ast.Subscript(value=base, slice=key):
                return self._subscript(self.value(base), key)
            case ast.Call():
                return self._call(node)
            case ast.BinOp(left=left, right=right, op=ast.Add()):
                return join((self.value(left), self.value(right)))
            case ast.JoinedStr(values=parts):
                return join(map(self.value, islice(parts, 32))) if len(parts) <= 32 else NOTHING
            case ast.FormattedValue(value=inner) | ast.NamedExpr(value=inner) | ast.Starred(value=inner):
                return self.value(inner)
            case ast.IfExp(body=left, orelse=right):
                return merge((self.value(left), self.value(right)))
            case ast.BoolOp(values=parts) | ast.Dict(values=parts):
                return merge(map(self.value, parts))
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return merge(map(self.value, parts))
        return NOTHING

    def _lookup(self, name: str) -> Value:
        if name in self.bound:
            return self._names.get(name, NOTHING)
        homes = [*sorted(self._stars)[:8], *(["builtins"] if hasattr(builtins, name) else [])]
        return Value(frozenset(f"{home}.{name}" for home in homes)) if homes else NOTHING

    def _subscript(self, base: Value, key: ast.expr) -> Value:
        texts = self.value(key).texts
        if SCOPE in base.names:
            return merge(self._names.get(text, NOTHING) for text in texts)
        if texts:
            return element(base, texts)
        if isinstance(key, ast.Slice):  # of a list of modules, say; a part of a text is another text
            return base if base.names else NOTHING
        if isinstance(key, ast.Constant):
            return base
        return merge((base, element(base, ())))  # an element of such a list, or what a module holds under some name

    def _call(self, node: ast.Call) -> Value:
        arguments = [*node.args[:3], *(keyword.value for keyword in node.keywords[:3])]
        match node:
            case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[ast.Tuple() | ast.List() as items]):
                if len(items.elts) <= 32 and "" in self.value(separator).texts:
                    return join(map(self.value, items.elts))
        return call(self.value(node.func), [self.value(argument) for argument in arguments])


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(target, source) for each simple name, or `.attribute`, that `node` gives a value to."""
    match node:
        case ast.Assign(targets=targets, value=source):
            for target in targets:
                yield from _unpacked(target, source)
        case ast.AnnAssign(target=target, value=ast.expr() as source) | ast.NamedExpr(target=target, value=source):
            yield from _unpacked(target, source)
        case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
            yield from _unpacked(target, source)
        case ast.comprehension(target=target, iter=source):
            yield from _unpacked(target, source)
        case ast.arguments():
            positional = [*node.posonlyargs, *node.args]
            yield from _defaults(positional[len(positional) - len(node.defaults) :], node.defaults)
            yield from _defaults(node.kwonlyargs, node.kw_defaults)


def _defaults(names: Iterable[ast.arg], values: Iterable[ast.expr | None]) -> Iterator[tuple[str, ast.AST]]:
    return ((name.arg, value) for name, value in zip(names, values, strict=True) if value is not None)


def _unpacked(target: ast.expr, source: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    pending = [(target, source)]
    while pending:
        target, source = pending.pop()
        match target, source:
            case ast.Name(id=name), _:
                yield name, source
            case ast.Attribute(attr=name), _:
                yield "." + name, source
            case ast.Starred(value=inner), _:
                pending.append((inner, source))
            case (ast.Tuple(elts=left) | ast.List(elts=left), ast.Tuple(elts=right) | ast.List(elts=right)):
                matched = len(left) == len(right)
                pending.extend(zip(left, right, strict=True) if matched else product(left, [source]))
            case (ast.Tuple(elts=left) | ast.List(elts=left), _):
                pending.extend(product(left, [source]))
