"""`pip install .` into another environment gives a working command outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]

READS = """
import numpy as np

def softmax(x, axis=-1):
    raise ValueError(open({path!r}, "rb").read()[:50])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT)]
    subprocess.run(command, check=True)
    return next(folder.glob("etude-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--constraint", str(CHECKOUT / "constraints.txt"), str(wheel)], check=True)
    return folder


def etude(environment: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "ETUDE_DATA": str(cwd / "data")}
    command = [str(environment / "bin" / "etude"), *arguments]
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True)


def test_nothing_but_etude_lands_at_top_level(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.startswith("etude-")} == {"etude"}


def test_the_bank_travels_outside_site_packages(environment: Path) -> None:
    assert (environment / "share" / "etude" / "graders").is_dir()
    assert not list(environment.glob("lib/python*/site-packages/graders"))


def test_the_installed_command_serves_and_grades(environment: Path, tmp_path: Path) -> None:
    assert "softmax" in etude(environment, "list", cwd=tmp_path).stdout
    assert etude(environment, "start", "softmax", cwd=tmp_path).returncode == 0
    assert (tmp_path / "softmax.py").exists()
    assert etude(environment, "grade", "softmax", "--no-speed", cwd=tmp_path).returncode == 1
    reference = environment / "share/etude/solutions/q02_activations/softmax.py"
    assert etude(environment, "grade", "softmax", str(reference), "--no-speed", cwd=tmp_path).returncode == 0


def test_a_missing_framework_says_what_to_install(environment: Path, tmp_path: Path) -> None:
    done = etude(environment, "grade", "feedforward_nn", str(CHECKOUT / "cli.py"), cwd=tmp_path)
    assert done.returncode == 2
    assert "pip install 'etude[torch]'" in done.stderr


def test_graders_and_solutions_are_refused_to_a_worker(environment: Path, tmp_path: Path) -> None:
    """Compiled files included: pip leaves some beside the installed bank."""
    hidden = [path for path in sorted((environment / "share/etude").rglob("*.py*")) if "softmax" in str(path)]
    assert {"solutions", "graders"} <= {path.relative_to(environment / "share/etude").parts[0] for path in hidden}
    sources = [READS.format(path=str(path)) for path in hidden[:12]]
    for number, source in enumerate(sources):
        (tmp_path / f"reads{number}.py").write_text(source)
    files = [f"reads{number}.py" for number in range(len(sources))]
    done = etude(environment, "grade", "softmax", *files, "--no-speed", "--json", cwd=tmp_path)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(reports) == len(sources)
    for report in reports:
        assert "Permission denied" in json.dumps(report["checks"][0]["rationale"])
        assert report["score"] == 0
