"""Floods of output, and output that is no text: what a worker prints goes to a file that the host reads in part."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Harmless, why

ONE = ("test_keeps_dtype",)
LIMIT = "output limit (1 MiB): your code printed more"

FLOODS = {
    "print": "print('x' * 10_000)",
    "without a newline": "print('x' * 10_000, end='')",
    "standard error": "sys.stderr.write('x' * 10_000)",
    "descriptor 1": "os.write(1, b'x' * 10_000)",
    "descriptor 2": "os.write(2, b'x' * 10_000)",
    "a copy of it": "os.write(COPY, b'x' * 10_000)",
    "native code": "LIBC.puts(b'x' * 10_000)",
    "a hole": "os.ftruncate(1, 200 << 20)",
    "far away": "os.pwrite(1, b'x', 200 << 20)",
    "warnings": "warnings.showwarning('x' * 10_000, UserWarning, 'f', 1)",
    "logging": "logging.error('x' * 10_000)",
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    source = (
        "import ctypes, logging, os, sys, warnings\n"
        "LIBC, COPY = ctypes.CDLL(None), os.dup(1)\n"
        "def double(x):\n"
        f"    while True:\n        {FLOODS[kind]}\n"
    )
    report = attack(source, checks=ONE)
    assert why(report) == LIMIT
    assert len(report.checks[0].output) <= 4_000
    assert_harmless(report)


def test_space_beyond_the_end_of_the_file(raid: Attack, assert_harmless: Harmless) -> None:
    """fallocate's KEEP_SIZE takes disk that neither a file's size nor RLIMIT_FSIZE shows."""
    tries = {
        "output": "LIBC.fallocate(1, 1, ctypes.c_long(0), ctypes.c_long(1 << 30)) == 0 or 1 / 0",
        "a file": "LIBC.fallocate(FILE, 1, ctypes.c_long(0), ctypes.c_long(1 << 30)) == 0 or 1 / 0",
        "a hole": "LIBC.fallocate(FILE, 3, ctypes.c_long(0), ctypes.c_long(1 << 30)) == 0 or 1 / 0",
    }
    assert_harmless(raid(tries, before="FILE = os.open('f', os.O_RDWR | os.O_CREAT)"))


def test_output_that_is_no_text(attack: Attack, assert_harmless: Harmless) -> None:
    source = "import os\ndef double(x):\n    os.write(1, bytes(range(256)) * 9 + b'\\xff\\xfe\\x00')\n    return x\n"
    assert_harmless(attack(source))


@pytest.mark.parametrize(
    "act",
    [
        "os.close(1); os.close(2)",
        "os.ftruncate(1, 0)",
        "os.lseek(1, 0, 0); os.write(1, b'over')",
        "os.dup2(0, 1); os.dup2(0, 2)",
        "os.dup2(3, 1); os.write(1, b'passed')",
        "sys.stdout = sys.stderr = None",
        "sys.stdout = type('S', (), {'write': lambda s, t: 1 / 0, 'flush': lambda s: 1 / 0})()",
        "fcntl.fcntl(1, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)",
        "fcntl.flock(1, fcntl.LOCK_EX)",
    ],
)
def test_tampering_with_it(attack: Attack, assert_harmless: Harmless, act: str) -> None:
    assert_harmless(attack(f"import fcntl, os, sys\ndef double(x):\n    print(1)\n    {act}\n    return x\n"))


def test_what_one_check_prints_is_not_the_next_ones(attack: Attack, assert_harmless: Harmless) -> None:
    source = "def double(x):\n    print('for', x.dtype)\n    return 2 * x\n"
    report = attack(source)
    assert [check.output for check in report.checks[:2]] == ["for float32\n", "for float64\n"]
    assert_harmless(report, honest=("test_keeps_dtype", "test_values"))


TEXTS = {
    "long": "'x' * (1 << 20)",
    "terminal": "'\\x1b[2J\\x1b]0;full marks\\x07\\r10 of 10'",
    "half a surrogate pair": "'\\ud800'",
    "NUL": "'\\0' * 100",
    "lines": "'\\n' * 100_000",
    "not a text": "b'\\xff' * 100",
    "not to be had": "type('T', (), {'__str__': lambda self: 1 / 0})()",
    "lying": "type('T', (str,), {'__str__': lambda self: self, '__len__': lambda self: -1})('passed')",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_messages(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"def double(x):\n    raise ValueError({TEXTS[kind]})\n")
    assert why(report).startswith("your code raised ValueError")
    assert len(why(report)) < 3_000
    why(report).encode()
    assert_harmless(report)


@pytest.mark.parametrize(
    "kind",
    [
        "type('\\x1b[2J' * 99, (Exception,), {})",
        "type('x' * (1 << 20), (Exception,), {})",
        "type('M', (type,), {'__name__': property(lambda s: 1 / 0), 'mro': type.mro})('E', (Exception,), {})",
        "type('E', (Exception,), {'__traceback__': property(lambda s: 1 / 0), '__class__': 1})",
        "type('AssertionError', (AssertionError,), {'__module__': 'builtins'})",
        "type('CheckFailure', (BaseException,), {'__module__': 'etude.judge.outcomes'})",
    ],
)
def test_exceptions_of_strange_classes(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"Kind = {kind}\ndef double(x):\n    raise Kind('passed')\n")
    assert why(report).startswith("your code raised ")
    assert len(why(report)) < 3_000
    assert_harmless(report)
