"""Banned calls found in the source of an answer, under every alias that can be followed without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from etude.judge.aliases import Aliases
from etude.judge.values import COMPUTED
from etude.sandbox.bans import banned_method, covering
from etude.syntax import parse

_MENTIONS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)
_RUNNERS = ("exec", "eval", "compile")


@dataclass(frozen=True)
class Violation:
    """A banned name and the first line of the statement or expression that reaches it."""

    name: str
    line: int
    text: str


def violations(source: str, banned: Sequence[str]) -> list[Violation]:
    """Every use, by line; raises SyntaxError for a source that cannot be parsed."""
    tree = parse(source)
    if not banned:
        return []
    _unfold_literal_code(tree)
    aliases = Aliases(tree)
    found: dict[int, set[str]] = {}
    for line, name in [*_mentioned(aliases, banned), *_methods(aliases, banned)]:
        found.setdefault(line, set()).add(name)
    lines = source.splitlines()
    return [
        Violation(name, line, _excerpt(lines, line)) for line in sorted(found) for name in sorted(_longest(found[line]))
    ]


def _mentioned(aliases: Aliases, banned: Sequence[str]) -> Iterator[tuple[int, str]]:
    is_banned = cache(lambda name: covering(name, banned) is not None or _may_be_banned(name, banned))
    for node in aliases.nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((node.lineno, name) for name in _imports(node) if is_banned(name))
        elif isinstance(node, _MENTIONS):
            for name in aliases.value(node).names:
                if is_banned(name):
                    yield node.lineno, name.removeprefix("builtins.")


def _may_be_banned(name: str, banned: Sequence[str]) -> bool:
    """Whether a name is made at run time where one that is banned could be meant. Torch is looked at while it runs."""
    home, dot, last = name.rpartition(".")
    elsewhere = [entry for entry in banned if entry.partition(".")[0] != "torch"]
    if last != COMPUTED:
        return False
    return any(entry.startswith(home + dot) for entry in elsewhere) or (home == "sys.modules" and bool(elsewhere))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif not node.level and node.module:
        yield from (node.module if alias.name == "*" else f"{node.module}.{alias.name}" for alias in node.names)


def _methods(aliases: Aliases, banned: Sequence[str]) -> Iterator[tuple[int, str]]:
    """`x.softmax(-1)` where nothing of the candidate's own can be meant; the runtime layer sees the others."""
    own = _own_attributes(aliases.nodes)
    is_method = cache(lambda attribute: banned_method(attribute, banned))
    for node in aliases.nodes:
        for base, attribute in _attributes_read(node, aliases):
            name = is_method(attribute)
            if name and attribute not in own and not aliases.value(base).names and not _is_own_object(base):
                yield node.lineno, name  # type: ignore[attr-defined]


def _attributes_read(node: ast.AST, aliases: Aliases) -> Iterator[tuple[ast.expr, str]]:
    match node:
        case ast.Attribute(value=base, attr=attribute, ctx=ast.Load()):
            yield base, attribute
        case ast.Call(func=ast.Name(id="getattr"), args=[base, name, *_]):
            yield from ((base, text) for text in aliases.value(name).texts)


def _is_own_object(base: ast.expr) -> bool:
    match base:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")) | ast.Constant() | ast.JoinedStr():
            return True
    return False


def _own_attributes(nodes: Sequence[ast.AST]) -> set[str]:
    """Names that the file gives to attributes of objects of its own."""
    own: set[str] = set()
    for node in nodes:
        match node:
            case ast.ClassDef(body=body):
                own.update(name for statement in body for name in _names_bound(statement))
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.keyword(arg=str(name)):
                own.add(name)
    return own


def _names_bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _unfold_literal_code(tree: ast.Module) -> None:
    """Adds the code of `exec("...")` to the tree, on the line of the call: it is code, whatever it looks like."""
    for node in list(ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Name(id=runner), args=[ast.Constant(value=str(code)), *_]) if runner in _RUNNERS:
                tree.body.extend(_on_line(code, node.lineno))


def _on_line(code: str, line: int) -> list[ast.stmt]:
    try:
        inner = parse(code.strip())
    except SyntaxError:
        return []
    for node in ast.walk(inner):
        if hasattr(node, "lineno"):
            node.lineno = line
    return inner.body


def _longest(names: set[str]) -> set[str]:
    """`torch.optim.Adam` says it all: the `torch.optim` inside it is not reported as well."""
    return {name for name in names if not any(other.startswith(f"{name}.") for other in names)}


def _excerpt(lines: Sequence[str], line: int) -> str:
    text = lines[line - 1].strip() if line <= len(lines) else ""
    return text if len(text) <= 160 else f"{text[:159]}…"
