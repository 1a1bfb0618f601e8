"""A candidate with a laptop: Python, NumPy and pytest, no étude, and no network."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

NEEDED = ("numpy*", "pytest", "pytest-[0-9]*", "_pytest", "py.py", "pluggy*", "iniconfig*", "packaging*", "pygments*")


def fresh_python(folder: Path) -> Path:
    """The interpreter of a new environment with what the invitation's README asks for, and nothing else."""
    venv.create(folder, with_pip=False)
    (there,) = folder.glob("lib/python*/site-packages")
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for found in (found for pattern in NEEDED for found in Path(place).glob(pattern)):
            if not (there / found.name).exists():
                (there / found.name).symlink_to(found)
    return folder / "bin" / "python"


@cache
def without_network() -> tuple[str, ...]:
    """What goes before a command, where this machine lets us: a network namespace of its own has no network."""
    command = ("unshare", "--map-root-user", "--net")
    works = (
        shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    )
    return command if works else ()


@dataclass(frozen=True)
class Laptop:
    """Where one candidate has unpacked the invitation."""

    python: Path
    folder: Path

    @classmethod
    def unpack(cls, python: Path, invitation: Path, place: Path) -> Laptop:
        subprocess.run([sys.executable, "-m", "zipfile", "-e", str(invitation), str(place)], check=True)
        (folder,) = place.iterdir()
        return cls(python, folder)

    def run(self, *arguments: str) -> str:
        command = [*without_network(), str(self.python), "takehome.py", *arguments]
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ETUDE", "PYTEST"))
        }
        done = subprocess.run(command, cwd=self.folder, env=clean, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def answer(self, **sources: str) -> None:
        for exercise, source in sources.items():
            (self.folder / "answers" / f"{exercise}.py").write_text(source)

    def submit(self) -> Path:
        self.run("submit")
        (made,) = self.folder.glob("submission-*.zip")
        return made

    def begin_long_ago(self, ago: timedelta) -> None:
        """As a clock would have it that was right: sealed with the invitation's key."""
        raw = (self.folder / "invitation.json").read_bytes()
        about = {"invitation": hashlib.sha256(raw).hexdigest()}
        at = (datetime.now(UTC) - ago).isoformat(timespec="microseconds")
        line = {"n": 0, "at": at, "event": "begin", "about": about, "previous": ""}
        text = json.dumps(line, sort_keys=True, separators=(",", ":"))
        seal = hmac.new(bytes.fromhex(json.loads(raw)["journal_key"]), text.encode(), hashlib.sha256).hexdigest()
        (self.folder / "journal.jsonl").write_text(json.dumps({**line, "mac": seal}) + "\n")


def repacked(path: Path, **changes: bytes) -> Path:
    """The same zip with the content of some files replaced."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert changes.keys() <= content.keys()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**content, **changes}.items():
            archive.writestr(name, data)
    return path
