"""Candidates' source text as a syntax tree, whatever the text is.

CPython 3.11 guards its own stack, but some sources still cost it minutes or gigabytes. The limits here are far above
any answer and keep every source within about a second.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings

MAX_CHARACTERS = 1 << 20
MAX_TOKENS = 150_000  # a tree takes about 1 kB a token
MAX_IMPORT_DOTS = 100  # the parser joins `a.b.c` anew at each dot, and keeps every step
MAX_COMBINING = 64  # NFKC sorts a run of combining marks by insertion

_TOKEN = re.compile(r"\w+|[^\w\s]")
_IMPORT = re.compile(r"\b(?:import|from)\b(?:[^\n\r;,(#'\"\\]|\\(?:\r?\n)?)*+")
_NON_ASCII = re.compile(rf"[^\x00-\x7f]{{{MAX_COMBINING + 1},}}")


def parse(source: str) -> ast.Module:
    """The tree of `source`; raises SyntaxError, and nothing else, where there is none."""
    problem = _problem(source)
    if problem:
        raise SyntaxError(problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is no fault of syntax, even under -W error
            return ast.parse(source)
    except (RecursionError, MemoryError):
        raise SyntaxError("the code is nested too deeply") from None
    except UnicodeError:
        raise SyntaxError("the text holds characters that are not Unicode (lone surrogates)") from None
    except (ValueError, OverflowError) as error:
        raise SyntaxError(str(error)) from None


def _problem(source: str) -> str | None:
    if len(source) > MAX_CHARACTERS:
        return f"the file has {len(source):,} characters, more than {MAX_CHARACTERS:,}"
    if sum(1 for _ in _TOKEN.finditer(source)) > MAX_TOKENS:
        return f"the file has more than {MAX_TOKENS:,} words and signs"
    if any(match[0].count(".") > MAX_IMPORT_DOTS for match in _IMPORT.finditer(source)):
        return f"an import has more than {MAX_IMPORT_DOTS} dots"
    if any(map(_piles_up_marks, _NON_ASCII.findall(source))):
        return f"a character carries more than {MAX_COMBINING} combining marks"
    return None


def _piles_up_marks(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MAX_COMBINING:
            return True
    return False
