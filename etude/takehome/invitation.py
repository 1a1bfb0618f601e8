"""One candidate's invitation: a signed zip with the questions, the stubs, and what runs the examples.

Nothing hidden is in it: no grader, solution, hint or seed, and nobody's name.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from etude.exercise import Exercise
from etude.metadata import read_text
from etude.takehome.folder import Folder, Settings
from etude.takehome.keys import sign

FORMAT = 1
_DATE = (1980, 1, 1, 0, 0, 0)  # a zip needs one; this tells nothing
PYTHON = "3.9"  # what the kit needs
PIP = {"sklearn": "scikit-learn", "plots": "matplotlib"}  # where a package is not called as it is required
_EXECUTABLE = ("takehome.py",)


def invitation_zip(folder: Folder, candidate: str, exercises: Sequence[Exercise]) -> bytes:
    """For `candidate`, a pseudonym. Made anew it has another journal key, and the old one counts as well."""
    kit = {**_kit(folder.settings, exercises), **_questions(exercises)}
    about = json.dumps(_invitation(folder.settings, candidate, exercises, kit), indent=1).encode()
    answers = {f"answers/{exercise.id}.py": read_text(exercise.stub_path).encode() for exercise in exercises}
    signed = {"invitation.json": about, "invitation.sig": sign(folder.key, about).encode() + b"\n"}
    return _zipped(f"takehome-{candidate}", {**kit, **answers, **signed})


def _kit(settings: Settings, exercises: Sequence[Exercise]) -> dict[str, bytes]:
    """The runner, the checks that it runs, and the README."""
    place = files("etude.takehome").joinpath("kit")
    names = {"takehome.py": "takehome.py"} | {f"checks/{name}": name for name in ("conftest.py", "test_contract.py")}
    kit = {path: place.joinpath(name).read_bytes() for path, name in names.items()}
    return {"README.md": _readme(settings, exercises).encode(), **kit}


def _readme(settings: Settings, exercises: Sequence[Exercise]) -> str:
    """What the candidate reads first."""
    text = files("etude.takehome").joinpath("kit", "README.md.jinja").read_text("utf-8")
    wanted = sorted({name for exercise in exercises for name in _requires(exercise)} | {"pytest"})
    page = Environment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(text)
    return page.render(
        title=settings.title,
        minutes=settings.minutes,
        due=f"{settings.due:%Y-%m-%d %H:%M} (UTC{settings.due:%z})",
        terms=settings.terms,
        exercises=exercises,
        python=PYTHON,
        packages=[PIP.get(name, name) for name in wanted],
    )


def _questions(exercises: Sequence[Exercise]) -> dict[str, bytes]:
    prompts = {f"questions/{exercise.id}.md": read_text(exercise.prompt_path).encode() for exercise in exercises}
    stubs = {f"checks/stubs/{exercise.id}.py": read_text(exercise.stub_path).encode() for exercise in exercises}
    return {**prompts, **stubs}


def _invitation(
    settings: Settings, candidate: str, exercises: Sequence[Exercise], kit: dict[str, bytes]
) -> dict[str, object]:
    return {
        "format": FORMAT,
        "takehome": settings.id,
        "candidate": candidate,
        "title": settings.title,
        "minutes": settings.minutes,
        "due": settings.due.isoformat(),
        "public_key": settings.public_key,
        "journal_key": secrets.token_hex(32),
        "exercises": [asked(exercise) for exercise in exercises],
        "files": {path: hashlib.sha256(content).hexdigest() for path, content in sorted(kit.items())},
    }


def asked(exercise: Exercise) -> dict[str, object]:
    """What the prompt says of it anyway."""
    return {
        "id": exercise.id,
        "title": exercise.title,
        "minutes": exercise.minutes,
        "entry_points": exercise.entry_points,
        "banned": exercise.banned,
        "requires": _requires(exercise),
    }


def _requires(exercise: Exercise) -> list[str]:
    return sorted({"numpy", exercise.framework.value, *exercise.extras})


def _zipped(around: str, content: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(content.items()):
            entry = zipfile.ZipInfo(f"{around}/{path}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if path in _EXECUTABLE else 0o100644) << 16
            archive.writestr(entry, data)
    return file.getvalue()
