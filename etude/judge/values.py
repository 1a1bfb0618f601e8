"""What an expression may be, as far as bans care: dotted library names and short literal strings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, product

_MOST = 8  # values that one expression may have: hostile aliasing must not multiply them
_LONGEST = 200

_READERS = frozenset(
    {"builtins.getattr", "inspect.getattr_static", "builtins.object.__getattribute__", "operator.getitem"}
)
_GETTERS = frozenset({"operator.attrgetter", "operator.methodcaller", "operator.itemgetter"})
_IMPORTERS = frozenset(
    {
        "importlib.import_module",
        "importlib.__import__",
        "builtins.__import__",
        "importlib.util.find_spec",
        "pkgutil.resolve_name",
        "pydoc.locate",
    }
)
_SAME = frozenset({"builtins.vars", "functools.partial", "importlib.reload", "copy.copy", "copy.deepcopy"})
_SCOPES = frozenset({"builtins.globals", "builtins.locals", "builtins.vars"})
_LOOKUPS = (".get", ".__getitem__", ".__getattribute__", ".__getattr__", ".pop", ".setdefault")
_GETTER = "<getter>"
SCOPE = "<scope>"  # what globals() gives
COMPUTED = "<a name that is made at run time>"


@dataclass(frozen=True)
class Value:
    names: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


NOTHING = Value()


def merge(values: Iterable[Value]) -> Value:
    """Any of `values`."""
    real = [value for value in values if value is not NOTHING]
    if len(real) < 2:
        return real[0] if real else NOTHING
    return _value((n for value in real for n in value.names), (t for value in real for t in value.texts))


def element(base: Value, keys: Iterable[str]) -> Value:
    """What `base` holds under `keys`, as an attribute or, in a namespace, as an item. Without keys, who knows what."""
    return _value(_element(name, key) for name, key in product(base.names, [*keys] or [COMPUTED]))


def join(values: Iterable[Value]) -> Value:
    """The strings that `values` make one after the other."""
    joined = [""]
    for value in values:
        joined = list(islice(map("".join, product(joined, value.texts)), _MOST))
    return _value((), joined)


def call(function: Value, arguments: list[Value]) -> Value:
    """What calling `function` may give; of a library function outside the tables below, nothing is known."""
    if not function.names:
        return NOTHING
    first, second = [*arguments, NOTHING, NOTHING][:2]
    return merge(_call(name, function, first, second, len(arguments)) for name in function.names)


def _call(name: str, function: Value, first: Value, second: Value, count: int) -> Value:
    if name == _GETTER:
        return element(first, function.texts)
    if name in _READERS:
        return element(first, second.texts)
    if name in _GETTERS:
        return _value([_GETTER], first.texts)
    if name in _IMPORTERS:
        return _imported(first.texts, second.texts)
    if name in _SCOPES and not count:
        return _value([SCOPE])
    if name in _SAME:
        return first
    if name == "typing.cast":
        return second
    lookup = next((suffix for suffix in _LOOKUPS if name.endswith(suffix)), None)
    return element(_value([name.removesuffix(lookup)]), first.texts) if lookup else NOTHING


def _imported(modules: frozenset[str], packages: frozenset[str]) -> Value:
    full = [module.replace(":", ".") for module in modules if not module.startswith(".")]
    relative = [package + module for module, package in product(modules, packages) if module.startswith(".")]
    if not modules:
        return _value([COMPUTED])
    return _value([*full, *(module.partition(".")[0] for module in full), *relative])


def _element(name: str, key: str) -> str:
    if key in ("__dict__", "__wrapped__", "__call__"):
        return name
    return key if name == "sys.modules" and f".{key}" not in _LOOKUPS else f"{name}.{key}"


def _value(names: Iterable[str], texts: Iterable[str] = ()) -> Value:
    value = Value(_bounded(names), _bounded(texts))
    return value if value.names or value.texts else NOTHING


def _bounded(items: Iterable[str]) -> frozenset[str]:
    kept = {item for item in items if len(item) <= _LONGEST}
    return frozenset(kept if len(kept) <= _MOST else sorted(kept)[:_MOST])
