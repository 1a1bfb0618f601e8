"""Names and the pseudonyms that stand for them everywhere else."""

from __future__ import annotations

import secrets
from collections import Counter
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


def wanted_names(given: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Names, once each, as given or from CSV files that are named instead; and a line for what was passed over."""
    found: list[str] = []
    remarks: list[str] = []
    for each in given:
        names, nameless = _in_table(Path(each)) if each.lower().endswith(".csv") else ([each], [])
        found += [" ".join(name.split()) for name in names]
        remarks += [f"{each}: the row {row!r:.80} has no name: nobody is invited for it" for row in nameless]
    for name, times in Counter(found).items():
        if not name or len(name) > LONGEST or not name.isprintable():
            raise EtudeError(f"{name!r:.120}", "cannot be a candidate's name", f"give 1 to {LONGEST} plain characters")
        if times > 1:
            remarks.append(
                f"{name}: is named {times} times, and is one candidate; another of that name needs a longer one"
            )
    return list(dict.fromkeys(found)), remarks


def _in_table(path: Path) -> tuple[list[str], list[str]]:
    """The column `name`, or a file of names alone, one a line; and the rows that hold none."""
    header, *rows = read_rows(path)
    titles = [title.strip().lower() for title in header]
    if "name" not in titles and len(header) > 1:
        columns = ", ".join(map(repr, header))
        raise EtudeError(
            path, f"has no column 'name': its first line is {columns:.120}", "call that of the names 'name'"
        )
    column = titles.index("name") if "name" in titles else 0
    people = rows if "name" in titles else [header, *rows]
    named = [row[column].strip() if len(row) > column else "" for row in people]
    nameless = [", ".join(row) for row, name in zip(people, named, strict=True) if not name]
    if not any(named):
        raise EtudeError(path, "names nobody", "give a name in each row of its column 'name'")
    return [name for name in named if name], nameless


def new_pseudonym(taken: dict[str, str]) -> str:
    """Two words at random, unlike those that are taken."""
    for _ in range(1_000):
        found = f"{secrets.choice(_COLOURS.split())}-{secrets.choice(_BIRDS.split())}"
        if found not in taken:
            return found
    return f"{found}-{secrets.token_hex(4)}"
