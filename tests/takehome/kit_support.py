"""A candidate's folder, and the candidate at work in it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import etude.takehome
from etude.exercise import Exercise
from etude.takehome.invitation import asked

KIT = Path(etude.takehome.__file__).parent / "kit"
KEY = "5e" * 32
RIGHT = "import numpy as np\n\n\ndef double(x):\n    return 2 * np.asarray(x)\n"
MEAN = "def mean(x):\n    if not x.size:\n        raise ValueError\n    return float(x.mean())\n"


def make_kit(folder: Path, exercises: Iterable[Exercise], **settings: object) -> Path:
    """What the candidate unpacks, its signature a placeholder. `settings` go into invitation.json."""
    wanted = list(exercises)
    for name in ("answers", "questions", "checks/stubs"):
        (folder / name).mkdir(parents=True)
    shutil.copy(KIT / "takehome.py", folder)
    for name in ("conftest.py", "test_contract.py"):
        shutil.copy(KIT / name, folder / "checks")
    (folder / "README.md").write_text("# A test\n")
    for exercise in wanted:
        shutil.copy(exercise.prompt_path, folder / "questions" / f"{exercise.id}.md")
        shutil.copy(exercise.stub_path, folder / "checks" / "stubs" / f"{exercise.id}.py")
    files = {path.relative_to(folder).as_posix(): digest(path) for path in folder.rglob("*") if path.is_file()}
    for exercise in wanted:
        shutil.copy(exercise.stub_path, folder / "answers" / f"{exercise.id}.py")
    about = {
        "format": 1,
        "takehome": "0" * 32,
        "candidate": "amber-heron",
        "title": "A test",
        "minutes": 90,
        "due": (datetime.now(UTC) + timedelta(days=7)).isoformat(),
        "public_key": "0" * 64,
        "journal_key": KEY,
        "exercises": [asked(exercise) for exercise in wanted],
        "files": files,
    }
    (folder / "invitation.json").write_text(json.dumps(about | settings))
    (folder / "invitation.sig").write_text("0" * 128)
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def takehome(
    folder: Path, *arguments: str, stdin: str = "", python: Iterable[str] = (), env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What the candidate types. `python`: options of the interpreter."""
    command = [sys.executable, *python, str(folder / "takehome.py"), *arguments]
    variables = {**os.environ, **(env or {})}
    return subprocess.run(command, input=stdin, env=variables, cwd=folder, capture_output=True, text=True)


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]


def write_journal(folder: Path, *events: tuple[timedelta, str, dict[str, object]]) -> None:
    """As the runner would have, so long ago: (how long, event, about)."""
    lines: list[dict[str, object]] = []
    for ago, event, about in events:
        at = (datetime.now(UTC) - ago).isoformat(timespec="microseconds")
        line = {"n": len(lines), "at": at, "event": event, "about": about}
        line["previous"] = lines[-1]["mac"] if lines else ""
        lines.append({**line, "mac": seal(line)})
    (folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def begun(folder: Path, ago: timedelta = timedelta(0)) -> Path:
    write_journal(folder, (ago, "begin", {"invitation": digest(folder / "invitation.json")}))
    return folder


def seal(line: Mapping[str, object]) -> str:
    content = {name: value for name, value in line.items() if name != "mac"}
    message = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return hmac.new(bytes.fromhex(KEY), message, hashlib.sha256).hexdigest()


def answer(kit: Path, source: str, name: str = "double") -> None:
    (kit / "answers" / f"{name}.py").write_text(source)


def check(kit: Path, source: str, *arguments: str) -> str:
    """What `check double` says of this answer."""
    answer(kit, source)
    return takehome(kit, "check", "double", *arguments).stdout
