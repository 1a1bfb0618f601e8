"""The folder of one take-home test, and what is settled in it.

DIR/takehome.toml       what is asked, and until when
DIR/key.pem             the private key that signs invitations; its owner's only
DIR/names.csv           who hides behind which pseudonym: the only file that knows a name
DIR/invitations/        one zip a candidate, to be sent
DIR/received/           every file that came back, as it came
DIR/answers/            what was handed in, to be read
DIR/graded/             the reports, and the secret seed that all share
DIR/report/             the pages
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from etude.batch.store import Store
from etude.catalog import Catalog, shipped_bank
from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.files import write_whole
from etude.metadata import read_toml
from etude.takehome.keys import make_key

MINUTES = range(1, 10_001)
TERMS = "Documentation and search are fine; the work must be yours."


@dataclass(frozen=True)
class Settings:
    """What every candidate gets."""

    id: str  # 128 bits in hex
    title: str
    exercises: tuple[str, ...]
    minutes: int
    due: datetime  # with its time zone
    terms: str
    blind: bool  # pages and commands show pseudonyms
    banks: tuple[str, ...]  # beside the shipped one
    only_bank: bool
    public_key: str


@dataclass(frozen=True)
class Folder:
    root: Path
    settings: Settings

    @classmethod
    def open(cls, root: Path) -> Folder:
        path = root / "takehome.toml"
        if not path.is_file():
            raise EtudeError(root, "is no take-home test", "`etude takehome new` makes one")
        found = read_toml(path)
        try:
            due = datetime.fromisoformat(str(found["due"]))
            lists = {name: tuple(map(str, found[name])) for name in ("exercises", "banks")}
            numbers = {"minutes": int(found["minutes"]), "blind": bool(found["blind"])}
            texts = {name: str(found[name]) for name in ("id", "title", "terms", "public_key")}
            settings = Settings(due=due, only_bank=bool(found["only_bank"]), **lists, **numbers, **texts)  # type: ignore[arg-type]
        except (KeyError, ValueError, TypeError) as error:
            fix = "mend it: `etude takehome new` writes one that is right"
            raise EtudeError(path, f"cannot be used ({type(error).__name__}: {error})", fix) from None
        if settings.minutes not in MINUTES:
            raise EtudeError(path, f"{settings.minutes} minutes cannot be reckoned with", f"give 1 to {MINUTES[-1]:,}")
        if due.tzinfo is None:
            raise EtudeError(path, "its `due` has no time zone", "write it like 2027-01-31T18:00:00+01:00")
        return cls(root, settings)

    @property
    def key(self) -> Path:
        return self.root / "key.pem"

    @property
    def names(self) -> Path:
        return self.root / "names.csv"

    @property
    def invitations(self) -> Path:
        return self.root / "invitations"

    @property
    def received(self) -> Path:
        return self.root / "received"

    @property
    def answers(self) -> Path:
        return self.root / "answers"

    @property
    def report(self) -> Path:
        return self.root / "report"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Until the end of the block nobody else is in such a block."""
        with (self.root / ".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def store(self) -> Store:
        """The reports so far, and the seed."""
        return Store.open(self.root / "graded")

    def catalog(self) -> Catalog:
        shipped = [] if self.settings.only_bank else [shipped_bank()]
        return Catalog.load([*shipped, *(self.root / bank for bank in self.settings.banks)])

    def exercises(self) -> list[Exercise]:
        """Those that are asked, in order."""
        catalog = self.catalog()
        return [catalog.get(name) for name in self.settings.exercises]


def new_folder(root: Path, settings: dict[str, Any], banks: Sequence[Path]) -> Folder:
    """Make the folder with its key and its seed. `settings`: those of Settings that a person chooses."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise EtudeError(root, "is already there", "name a new folder")
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        public = make_key(root / "key.pem")
        Store.open(root / "graded")
        beside = tuple(os.path.relpath(bank.resolve(), root.resolve()) for bank in banks)
        found = Settings(id=secrets.token_hex(16), public_key=public, banks=beside, **settings)
        write_whole(root / "takehome.toml", _toml(found).encode(), 0o600)
    except OSError as error:
        raise EtudeError(root, f"cannot be written ({error.strerror})", "name another folder") from None
    return Folder(root, found)


def _toml(settings: Settings) -> str:
    """JSON's strings, numbers, truth values and lists of strings are TOML's, too."""
    values = {**vars(settings), "due": settings.due.isoformat()}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["# A take-home test; `id` and `public_key` must stay as they are.", *lines]) + "\n"
