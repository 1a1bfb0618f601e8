"""The contract of each exercise, as far as it can be seen from outside: hidden checks look closer, later."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest


def test_loads(exercise: Any, answer: Any) -> None:
    """loads, and prints nothing while it does"""
    if answer.problem:
        fail(answer.problem)
    if answer.printed:
        fail(f"prints {answer.printed.strip()[:60]!r} while it is loaded: an answer defines, and does nothing else")


def test_entry_point(exercise: Any, answer: Any, entry_point: str) -> None:
    """defines {entry_point}, with the parameters of the stub"""
    if answer.module is None:
        fail("the answer cannot be loaded")
    found = getattr(answer.module, entry_point, None)
    if found is None:
        fail(f"there is no {entry_point}")
    if not callable(found):
        fail(f"{entry_point} cannot be called: it is of type {type(found).__name__}")
    expected = stub_signature(exercise.stub, entry_point)
    if expected is not None and (problem := misfit(expected, found)):
        fail(f"{entry_point}{expected} is asked for: {problem}")


def test_bans(exercise: Any, answer: Any) -> None:
    """uses nothing that the question does not allow"""
    for line, name in sorted(set(names_used(ast.parse(exercise.path.read_bytes())))):
        if any(covers(entry, name) for entry in exercise.banned):
            fail(f"line {line}: {name} is not allowed")


def fail(problem: str) -> None:
    pytest.fail(problem, pytrace=False)


# --- Parameters -------------------------------------------------------------------------------------------------------


def stub_signature(stub: ast.Module, name: str) -> inspect.Signature | None:
    """Of a function, or of a class's constructor; None where the stub leaves it open."""
    for node in stub.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return signature(node, method=False)
        if isinstance(node, ast.ClassDef) and node.name == name:
            inits = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
            return signature(inits[0], method=True) if inits else None
    return None


def signature(function: ast.FunctionDef, method: bool) -> inspect.Signature:
    """Without annotations; a default that is no literal becomes `...`."""
    arguments = function.args
    for each in ast.walk(arguments):
        if isinstance(each, ast.arg):
            each.annotation = None
    arguments.defaults = [plain(default) for default in arguments.defaults]
    arguments.kw_defaults = [default and plain(default) for default in arguments.kw_defaults]
    found: inspect.Signature = inspect.signature(eval(f"lambda {ast.unparse(arguments)}: None"))
    return found.replace(parameters=list(found.parameters.values())[method:])


def plain(default: ast.expr) -> ast.expr:
    try:
        ast.literal_eval(default)
    except ValueError:
        return ast.Constant(...)
    return default


def misfit(expected: inspect.Signature, function: Any) -> str:
    """Why it cannot be called as the stub could, by position and by name; it may have more parameters."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin that does not tell
        return ""
    for given in (False, True):  # those with a default
        wanted = [each for each in expected.parameters.values() if given or each.default is each.empty]
        single = [each for each in wanted if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
        placed = [each for each in single if each.kind is not each.KEYWORD_ONLY]
        named = [each for each in single if each.kind is not each.POSITIONAL_ONLY]
        try:
            found.bind(*placed, **{each.name: each for each in single if each not in placed})
            bound = found.bind(*[each for each in single if each not in named], **{each.name: each for each in named})
            assert bound
        except TypeError as error:
            return str(error)
    for each in expected.parameters.values():
        own = found.parameters.get(each.name)
        if own and each.default not in (each.empty, ...) and own.default != each.default:
            return f"{each.name} is {own.default!r} unless given"
    return ""


# --- Bans: a simple look at the source --------------------------------------------------------------------------------


def names_used(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each dotted name with its line: imported, or read through an import; a builtin as `builtins.…`."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield node.lineno, each.name
                aliases[each.asname or each.name.split(".")[0]] = each.name if each.asname else each.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield node.lineno, f"{node.module}.{each.name}".removesuffix(".*")
                aliases[each.asname or each.name] = f"{node.module}.{each.name}"
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            base, _, rest = ast.unparse(node).partition(".")
            if base in aliases:
                yield node.lineno, f"{aliases[base]}.{rest}"
        elif isinstance(node, ast.Name) and node.id not in aliases and node.id not in stored:
            yield node.lineno, f"builtins.{node.id}"


def covers(entry: str, name: str) -> bool:
    """A ban covers what lies below it; `*` stands for any characters between two dots."""
    pattern, parts = entry.split("."), name.split(".")
    return len(parts) >= len(pattern) and all(map(fnmatchcase, parts, pattern))
