"""The README's chapter for hiring teams, followed word by word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

README = Path(__file__).resolve().parents[2] / "README.md"


def shell(script: str, folder: Path) -> str:
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ETUDE_")}
    command = ["bash", "-e", "-c", script]
    done = subprocess.run(
        command, cwd=folder, env={**kept, "PATH": path}, input="y\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_the_chapter_can_be_followed_word_by_word(tmp_path: Path) -> None:
    chapter = README.read_text("utf-8").split("## Hire\n")[1].split("\n### ")[0]
    send, answer, read = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    (tmp_path / "candidate").mkdir()
    invited = shell(send.replace("2027-01-31", "2099-12-31"), tmp_path)  # that day will come
    candidate = re.findall(r"Ada Byron: hiring/invitations/(\S+)\.zip", invited)[0]
    shutil.copy(tmp_path / f"hiring/invitations/{candidate}.zip", tmp_path / "candidate")
    stub_fails = "check  || test $? -eq 1 "
    shell(answer.replace("amber-heron", candidate).replace("check  ", stub_fails), tmp_path / "candidate")
    (submission,) = (tmp_path / "candidate").glob("*/submission-*.zip")
    shutil.copy(submission, tmp_path)
    assert "Ada Byron: 0 of " in shell(read, tmp_path)
    for page in ("index.html", "comparison.csv", f"candidates/{candidate}.html", f"feedback/{candidate}.html"):
        assert (tmp_path / "hiring/report" / page).exists()
