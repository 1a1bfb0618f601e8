"""The same attacks where judge and worker belong to an ordinary user: no capability is there to drop, and what guards
the host is Landlock and seccomp alone.

The interpreter may lie where such a user cannot start it. So a forked child becomes one and takes the host's place:
zygote, worker, wire and limits are real, pytest and the report are not there.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etude.judge.candidate import Answer, Candidate, Quarters
from etude.judge.outcomes import CandidateError
from etude.sandbox import policy
from etude.sandbox.usage import Limits, resident_bytes
from etude.sandbox.zygote import Zygote
from tests.attacks.conftest import HONEST, LOOT, RAID
from tests.attacks.test_hidden_files import CHANGES, MODULES, READS, setting
from tests.attacks.test_other_processes import NEED, OTHER_CALLS, OTHERS, SETTING, SIGNALS, WITH, filled
from tests.attacks.test_system_calls import CLASSES, Numbers

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user; the rest is one already")

NOBODY = 65534
PACKAGE = Path(policy.__file__).parents[1]

Try = Callable[[str], dict[str, Any]]


class Home:
    """A place of that user's: temporary files, and a file to hide."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.temp, self.hidden = self.folder / "temp", self.folder / "hidden" / "attempts.db"
        self.temp.mkdir()
        self.hidden.parent.mkdir()
        self.hidden.write_text("secret of an ordinary user")
        for path in (self.folder, self.temp, self.hidden.parent, self.hidden):
            os.chown(path, NOBODY, NOBODY)
        self.readable = tuple(str(path) for path in policy.readable_paths((self.hidden.parent, PACKAGE)))


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    home = Home()
    for name in MODULES:  # they may lie where that user cannot read them later
        importlib.import_module(name)
    yield home
    shutil.rmtree(home.folder)


@pytest.fixture
def tried(home: Home) -> Try:
    """tried(source): what came of loading it and calling `double` twice, and then of the honest answer."""
    return lambda source: forked_as_nobody(lambda: _judge(home, source), home.temp)


def forked_as_nobody(action: Callable[[], dict[str, Any]], temp: Path) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # setuid made /proc/self root's
            tempfile.tempdir = str(temp)
            os.write(writing, json.dumps(action()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    assert data, "the child that judges has failed"
    found: dict[str, Any] = json.loads(data)
    return found


def _judge(home: Home, source: str) -> dict[str, Any]:
    zygote = Zygote.fork()
    quarters = Quarters(zygote, home.readable, True, Limits(base_bytes=resident_bytes(zygote.pid)))
    source = source.replace("HOST", str(os.getpid())).replace("ZYGOTE", str(zygote.pid))
    answers = (_ask(quarters, source), _ask(quarters, HONEST))
    children = Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text().split()
    left = sorted(os.listdir(home.temp))
    os.kill(zygote.pid, 0)
    return {"attack": answers[0], "honest": answers[1], "children": children, "left": left}


def _ask(quarters: Quarters, source: str) -> list[str]:
    candidate = Candidate(Answer("answer.py", source, None, ("double",), 1.5, 2.0), quarters)
    told = []
    for _ in range(2):
        try:
            candidate.begin(1)
            value = candidate.call("double", ["submission", "double"], [np.array([1.0, -2.5])], {})
            told.append(f"value {value}")
        except CandidateError as error:
            told.append(error.rationale.problem)
        told.append(candidate.printed())
    assert candidate.isolation is None or candidate.isolation.level == "kernel"
    candidate.close()
    return told


def assert_harmless(found: dict[str, Any], home: Home) -> None:
    text = json.dumps(found["attack"], ensure_ascii=False)
    assert LOOT not in text
    assert "secret of an ordinary user" not in text
    assert found["honest"] == ["value [ 2. -5.]", ""] * 2
    assert found["children"] == []
    assert found["left"] == []
    assert home.hidden.read_text() == "secret of an ordinary user"
    assert (home.hidden.stat().st_mode, home.hidden.stat().st_nlink) == (0o100644, 1)
    assert os.listdir(home.hidden.parent) == ["attempts.db"]


def raid(attempts: dict[str, str], before: str = "") -> str:
    return f"{RAID}\nATTEMPTS = {attempts!r}\n{before}"


RAIDS: dict[str, tuple[dict[str, str], str]] = {
    "signals to the host": (filled(SIGNALS, NEED, pid="HOST", signal=15), WITH),
    "signals to the zygote": (filled(SIGNALS, NEED, pid="ZYGOTE", signal=9), WITH),
    "the host": (filled(OTHERS, OTHER_CALLS, pid="HOST"), SETTING),
    "the zygote": (filled(OTHERS, OTHER_CALLS, pid="ZYGOTE"), SETTING),
    "the host's files": (
        {name: f"open('/proc/HOST/{name}').read(1)" for name in ("environ", "cmdline", "maps", "mem", "status", "io")}
        | {f"link {name}": f"os.readlink('/proc/HOST/{name}')" for name in ("root", "cwd", "exe", "fd/0", "fd/3")},
        "",
    ),
    **{
        kind: ({name: source.format_map(Numbers()) for name, source in tries.items()}, "import time")
        for kind, tries in CLASSES.items()
    },
}


@pytest.mark.parametrize("kind", RAIDS)
def test_raids(home: Home, tried: Try, kind: str) -> None:
    found = tried(raid(*RAIDS[kind]))
    assert found["attack"][1].endswith("raid over\n"), found
    assert_harmless(found, home)


@pytest.mark.parametrize("what", ["reads", "changes"])
def test_hidden_files(home: Home, tried: Try, what: str) -> None:
    found = tried(raid(READS if what == "reads" else CHANGES, setting(home.hidden)))
    assert found["attack"][1].endswith("raid over\n"), found
    assert_harmless(found, home)


ENDS = {
    "exit": ("os._exit(0)", "your code ended its process (exit status 0)"),
    "killed": ("os.kill(os.getpid(), 9)", "your code was ended by SIGKILL"),
    "segfault": ("ctypes.string_at(0)", "your code was ended by a segmentation fault"),
    "loop": ("while True: pass", "time limit"),
    "process": ("os.fork()", "your code tried to start a process"),
    "memory": ("bytearray(8 << 30)", "memory limit (2 GiB)"),
    "output": ("while True: os.write(1, b'x' * 10_000)", "output limit"),
    "files": ("for i in range(10**6): os.mkdir(f'f{i}')", "temporary file limit"),
    "deleted files": (
        "for i in range(9): os.posix_fallocate(os.open('.', os.O_RDWR | os.O_TMPFILE), 0, 200 << 20)\n"
        "    while True: pass",
        "temporary file limit",
    ),
    "threads": (
        "import threading; threading.stack_size(1 << 15)\n"
        "    while True: threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "thread limit",
    ),
    "folders that only their owner may enter": (
        "os.mkdir('d', 0o300); os.mkdir('d/e', 0)\n    while True: pass",
        "temporary",
    ),
    "folders that nobody can enter, left behind": (
        "os.mkdir('d', 0o300); os.mkdir('d/e', 0); os.mkdir('d/f'); os.mkdir('d/f/g', 0); os._exit(0)",
        "your code ended its process",
    ),
}


@pytest.mark.parametrize("kind", ENDS)
def test_ends(home: Home, tried: Try, kind: str) -> None:
    act, words = ENDS[kind]
    found = tried(f"import ctypes, os\ndef double(x):\n    {act}\n    return x\n")
    assert words in found["attack"][0]
    assert_harmless(found, home)
