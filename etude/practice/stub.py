"""A clean stub in the learner's folder; a file that is there is never lost."""

from __future__ import annotations

import os
from pathlib import Path

from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.metadata import read_text
from etude.practice.stub_notebook import stub_notebook


def write_stub(exercise: Exercise, path: Path, force: bool = False) -> Path | None:
    """Write a new file: a notebook where `path` ends in .ipynb.

    With `force`, one that is there is kept beside it, under the name that is returned.
    """
    text = stub_notebook(exercise) if path.suffix == ".ipynb" else read_text(exercise.stub_path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _put_aside(path) if force and os.path.lexists(path) else None
        with path.open("x", encoding="utf-8") as file:  # "x": never over a file that has just come
            file.write(text)
    except FileExistsError as error:
        if str(error.filename) != str(path):
            raise EtudeError(error.filename, "is not a directory", "name another DIR") from None
        fix = f"`etude grade {exercise.id}` grades it; --force begins again and keeps it as {path.name}.1"
        raise EtudeError(path, "is already there", fix) from None
    except OSError as error:
        raise EtudeError(path, f"cannot be written ({error.strerror})", "name another DIR") from None
    return kept


def _put_aside(path: Path) -> Path:
    number = next(n for n in range(1, 1_000_000) if not os.path.lexists(f"{path}.{n}"))
    return path.rename(f"{path}.{number}")
