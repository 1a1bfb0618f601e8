"""One warm judge over a copy of the tiny bank whose hidden files hold secrets, and what must hold after an attack."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etude.catalog import Catalog
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Category, Report
from etude.sandbox import policy, seccomp
from etude.submission import Submission
from tests.process_tree import parent

MINI_BANK = Path(__file__).parents[1] / "fixtures" / "mini_bank"
HONEST = "def double(x):\n    return 2 * x\n"
LOOT = "loot:"

Attack = Callable[..., Report]
Harmless = Callable[..., None]

# What `raid` puts before an answer: each attempt is a piece of source, and one that works says so in the output.
RAID = """
import ctypes, errno, os, signal, socket, stat, struct, sys, threading, time

LIBC = ctypes.CDLL(None, use_errno=True)
KEPT = []
sys.unraisablehook = KEPT.append

def syscall(number, *arguments):
    done = LIBC.syscall(number, *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if done == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return done

def double(x):
    for label, source in ATTEMPTS.items():
        try:
            found = eval(source, globals())
        except Exception as error:
            continue
        KEPT.append(found)
        os.write(1, f"LOOT {label} {str(found)[:200]}\\n".encode("utf-8", "replace"))
    os.write(1, b"raid over\\n")
    return x
""".replace("LOOT", LOOT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if policy.available().level != "kernel":
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="no Landlock or no seccomp here"))


@dataclass(frozen=True)
class Ground:
    """Where the attacks happen, and what they are after."""

    judge: Judge
    catalog: Catalog
    hidden: tuple[Path, ...]  # graders, solutions, answers of the bank, compiled ones too, and the attempts
    attempts: Path
    secrets: tuple[str, ...]
    host: int
    zygote: int
    launcher: int
    home: Path  # the launcher's; in it is the host's, where its workers' directories are

    def grade(self, source: str, exercise: str = "double", **options: Any) -> Report:
        wanted = GradeOptions(**{"speed": False, **options})
        return self.judge.grade(self.catalog.get(exercise), Submission("answer.py", source), wanted)

    def processes(self) -> set[int]:
        """Every process that stems from this launcher, wherever it has gone: they start with its environment."""
        return {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if f"HOME={self.home}" in _environment(entry)}

    def left_over(self) -> set[Path]:
        return {path for path in self.home.rglob("*") if path.name.startswith("etude-")}

    def fingerprints(self) -> list[tuple[str, bytes, int, int, int, int]]:
        stats = [(path, path.stat()) for path in (*self.hidden, self.attempts.parent)]
        return [
            (str(path), path.read_bytes() if path.is_file() else b"", s.st_mode, s.st_mtime_ns, s.st_uid, s.st_nlink)
            for path, s in stats
        ]


def _environment(process: Path) -> list[str]:
    try:
        return (process / "environ").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _bank_with_secrets(bank: Path) -> list[str]:
    """Give each hidden file of a copy a secret of its own, and compile it, as an interpreter would beside it."""
    shutil.copytree(MINI_BANK, bank, ignore=shutil.ignore_patterns("__pycache__"))
    secrets = []
    for number, path in enumerate(sorted([*bank.glob("graders/**/*.py"), *bank.glob("solutions/**/*.py")])):
        secrets.append(f"hidden-{number}-{os.urandom(6).hex()}")
        path.write_text(f'{path.read_text("utf-8")}\n\n_SECRET = "{secrets[-1]}"\n', "utf-8")
        py_compile.compile(str(path), doraise=True)
    return secrets


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    place = tmp_path_factory.mktemp("attacks")
    bank, attempts = place / "bank", place / "data" / "attempts.db"
    secrets = [*_bank_with_secrets(bank), f"attempt-{os.urandom(6).hex()}"]
    attempts.parent.mkdir()
    attempts.write_text(secrets[-1])
    hidden = [*bank.glob("graders/**/*"), *bank.glob("solutions/**/*"), attempts]
    with Judge(private=[attempts]) as judge, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(place))  # where the host's home will be
        catalog = Catalog.load([bank])
        host = judge.host(catalog.get("double"))
        patch.undo()
        (zygote,) = _children(host.pid)
        (home,) = place.glob("etude-host-*")
        files = tuple(path for path in hidden if path.is_file())
        processes = host.pid, zygote, parent(host.pid)
        yield Ground(judge, catalog, files, attempts, tuple(secrets), *processes, home)


@pytest.fixture
def attack(ground: Ground) -> Attack:
    """attack(source, exercise="double", **options) -> Report; `options` are GradeOptions."""
    return ground.grade


@pytest.fixture
def raid(ground: Ground) -> Attack:
    """raid({label: expression, …}, before="", **options) -> Report: what is not refused shows as loot in the report.

    The expressions see `os`, `socket`, `syscall(number, …)` and whatever `before` defines.
    """

    def raid(attempts: Mapping[str, str], before: str = "", **options: Any) -> Report:
        source = f"{RAID}\nATTEMPTS = {dict(attempts)!r}\n{textwrap.dedent(before)}"
        report = ground.grade(source, **options)
        assert report.checks[0].output.endswith("raid over\n"), report.checks[0]
        return report

    return raid


@pytest.fixture
def assert_harmless(ground: Ground) -> Harmless:
    """assert_harmless(report, honest=()): no point that rests on proof but for the checks named in `honest` (and the
    rules, which an answer without banned names keeps), nothing hidden in the report, and the judge as it was."""
    before = ground.fingerprints()

    def harmless(report: Report, honest: tuple[str, ...] = ()) -> None:
        assert report.isolation.level == "kernel"
        stolen = [check.name for check in report.checks if check.earned and not check.testimony]
        rules = [check.name for check in report.checks if check.category is Category.RULES]
        assert set(stolen) <= {*honest, *rules}
        text = json.dumps(report.to_json(), ensure_ascii=False)
        assert LOOT not in text, [check.output for check in report.checks]
        assert not [secret for secret in ground.secrets if secret in text]
        assert ground.processes() == {ground.launcher, ground.host, ground.zygote}
        assert not ground.left_over()
        assert ground.fingerprints() == before
        following = ground.grade(HONEST)
        assert following.full_marks, following
        assert not any(check.output for check in following.checks)
        assert ground.judge.host(ground.catalog.get("double")).pid == ground.host

    return harmless


def why(report: Report) -> str:
    """What the report says of the first check, or of the answer as a whole."""
    rationale = report.problem or report.checks[0].rationale
    assert rationale is not None
    return rationale.problem


def number(name: str) -> int:
    """A system call's, so that an answer can make one without a name in Python; -1, which is none, where it is not."""
    found = seccomp._number(name)
    return -1 if found is None else found
