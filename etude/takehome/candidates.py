"""Names and the pseudonyms that stand for them everywhere else."""

from __future__ import annotations

import secrets
from pathlib import Path

from etude.errors import EtudeError
from etude.files import write_whole
from etude.table import csv_text, read_rows, uncell

LONGEST = 100  # characters of a name
_COLUMNS = ["candidate", "name"]
_COLOURS = """
amber azure coral crimson emerald golden indigo ivory jade lilac olive pearl ruby russet saffron scarlet silver teal
umber violet
"""
_BIRDS = """
avocet bittern bunting crane curlew dipper dunlin egret falcon finch goshawk grebe harrier heron hoopoe ibis jackdaw
kestrel kite lapwing linnet martin merlin nuthatch oriole osprey petrel pipit plover quail raven redwing robin siskin
skylark snipe starling stork swift tern thrush wagtail warbler whimbrel wren
"""


def read_names(path: Path) -> dict[str, str]:
    """Pseudonym and name, in the order of the invitations."""
    if not path.exists():
        return {}
    header, *rows = read_rows(path)
    if header != _COLUMNS or any(len(row) != len(_COLUMNS) for row in rows):
        raise EtudeError(path, "cannot be read", f"its columns are {' and '.join(_COLUMNS)}")
    return {candidate: uncell(name) for candidate, name in rows}


def write_names(path: Path, names: dict[str, str]) -> None:
    write_whole(path, csv_text([_COLUMNS, *map(list, names.items())]).encode(), 0o600)


def wanted_names(given: tuple[str, ...]) -> list[str]:
    """Names as given, or those in the column `name` (else the first) of CSV files that are named instead."""
    found: list[str] = []
    for each in given:
        found += _in_table(Path(each)) if each.lower().endswith(".csv") else [each]
    names = [" ".join(name.split()) for name in found]
    for name in names:
        if not name or len(name) > LONGEST or not name.isprintable():
            raise EtudeError(f"{name!r:.120}", "cannot be a candidate's name", f"give 1 to {LONGEST} plain characters")
    return list(dict.fromkeys(names))


def _in_table(path: Path) -> list[str]:
    header, *rows = read_rows(path)
    titles = [title.strip().lower() for title in header]
    column = titles.index("name") if "name" in titles else 0
    cells = [row[column] for row in rows if len(row) > column and row[column].strip()]
    return cells if "name" in titles else [header[0], *cells]


def new_pseudonym(taken: dict[str, str]) -> str:
    """Two words at random, unlike those that are taken."""
    for _ in range(1_000):
        found = f"{secrets.choice(_COLOURS.split())}-{secrets.choice(_BIRDS.split())}"
        if found not in taken:
            return found
    return f"{found}-{secrets.token_hex(4)}"
