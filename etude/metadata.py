"""Read the files of a bank, `exercise.toml` above all: every mistake is a CatalogError with file, key and mend."""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from reprlib import repr
from types import MappingProxyType
from typing import Any

from etude.errors import CatalogError
from etude.exercise import DEVICES, TIERS, Exercise, Framework, Level, Tier
from etude.extras import EXTRAS

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_BANNED = re.compile(r"[^\W\d]\w*(\.[\w*]+)*\*?")  # a module's name first; `*` for any characters after it
_NAMES_FIX = 'write a list of names, like ["softmax"]'


class _Wrong(Exception):
    """A value that will not do: (problem, fix)."""


def read_exercise(path: Path) -> Exercise:
    """The exercise whose metadata is at `<bank>/exercises/<chapter>/<id>/exercise.toml`."""
    data = read_toml(path)
    if unknown := sorted(data.keys() - _FIELDS.keys()):
        raise CatalogError(path, f"unknown key {_quoted(unknown)}", f"the keys are {', '.join(_FIELDS)}")
    if missing := [key for key in _REQUIRED if key not in data]:
        raise CatalogError(path, f"{_quoted(missing)} missing", f"add a line `{missing[0]} = …`")
    fields: dict[str, Any] = {}
    for key, value in data.items():
        try:
            fields[key] = _FIELDS[key](value)
        except _Wrong as wrong:
            problem, fix = wrong.args
            raise CatalogError(path, f"{key} {problem}", fix) from None
    return Exercise(bank=path.parents[3], chapter=path.parts[-3], id=path.parts[-2], **fields)


def read_text(path: Path) -> str:
    """A text file of a bank; CatalogError where it cannot be had."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CatalogError(path, "this bank does not have it", "write it, or ask whoever gave you the bank") from None
    except OSError as error:
        raise CatalogError(path, f"cannot be read ({error.strerror})", "mend its permissions") from None
    except UnicodeDecodeError:
        raise CatalogError(path, "is not UTF-8", "save it as UTF-8") from None


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file of a bank; CatalogError where it cannot be had."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(path, f"is not TOML ({error})", "mend that line") from None


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def is_identifier(name: str) -> bool:
    """Whether Python takes it for a name of one's own."""
    return name.isidentifier() and not keyword.iskeyword(name)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise _Wrong(f"is {repr(value)}", "write one line of text in quotes")
    return value


def _level(value: object) -> Level:
    if not isinstance(value, str) or value not in list(Level):
        raise _Wrong(f"is {repr(value)}", f"write one of {', '.join(Level)}")
    return Level(value)


def _framework(value: object) -> Framework:
    if not isinstance(value, str) or value not in list(Framework):
        raise _Wrong(f"is {repr(value)}", f"write one of {', '.join(Framework)}")
    return Framework(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _Wrong(f"is {repr(value)}", "write a list of texts in quotes")
    return tuple(value)


def _names(pattern: re.Pattern[str]) -> Callable[[object], tuple[str, ...]]:
    def names(value: object) -> tuple[str, ...]:
        found = _texts(value)
        if wrong := [name for name in found if not pattern.fullmatch(name)]:
            raise _Wrong(f"holds '{wrong[0]}', which is not a dotted name", _NAMES_FIX)
        return found

    return names


def _entry_points(value: object) -> tuple[str, ...]:
    found = _texts(value)
    if wrong := [name for name in found if not is_identifier(name)]:
        raise _Wrong(f"holds '{wrong[0]}', which is not a Python identifier", _NAMES_FIX)
    if not found:
        raise _Wrong("is empty", _NAMES_FIX)
    return found


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not is_identifier(value):
        raise _Wrong(f"is {repr(value)}", 'write the name of an exercise, like "softmax"')
    return value


def _extras(value: object) -> tuple[str, ...]:
    found = _texts(value)
    if wrong := [name for name in found if name not in EXTRAS]:
        raise _Wrong(f"holds '{wrong[0]}', which étude does not have", f"choose among {', '.join(EXTRAS)}")
    return found


def _devices(value: object) -> tuple[str, ...]:
    found = _texts(value)
    if wrong := [name for name in found if name not in DEVICES]:
        raise _Wrong(f"holds '{wrong[0]}'", f"choose among {', '.join(DEVICES)}")
    return found


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86_400:
        raise _Wrong(f"is {repr(value)}", "write a number of seconds above 0")
    return float(value)


def _speed(value: object) -> tuple[Tier, ...]:
    fix = "write a table like [speed.cpu] with full = 1.5 and, if you like, half = 3"
    if not isinstance(value, dict) or not value:
        raise _Wrong(f"is {repr(value)}", fix)
    tiers: list[Tier] = []
    for device, limits in value.items():
        if device not in DEVICES or not isinstance(limits, dict) or "full" not in limits:
            raise _Wrong(f"holds {repr(device)} = {repr(limits)}", fix)
        if unknown := sorted(limits.keys() - TIERS.keys()):
            raise _Wrong(f"holds the tier '{unknown[0]}'", f"choose among {', '.join(TIERS)}")
        own = [Tier(device, name, _ratio(limits[name])) for name in TIERS if name in limits]
        if any(after.at_most <= before.at_most for before, after in pairwise(own)):
            raise _Wrong(f"of {device}: a lower tier is no wider than a higher one", "let each lower tier allow more")
        tiers += own
    return tuple(tiers)


def _ratio(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1_000:
        raise _Wrong(f"holds {repr(value)}", "write how many times the reference's time, like 1.5")
    return float(value)


_FIELDS: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {
        "title": _text,
        "level": _level,
        "framework": _framework,
        "entry_points": _entry_points,
        "preload": _names(_DOTTED),
        "extras": _extras,
        "banned": _names(_BANNED),
        "errors": _names(_DOTTED),
        "hints": _texts,
        "speed": _speed,
        "processes": _devices,
        "call_seconds": _seconds,
        "total_seconds": _seconds,
        "variant_of": _identifier,
    }
)
_REQUIRED = ("title", "level", "framework", "entry_points", "preload")
