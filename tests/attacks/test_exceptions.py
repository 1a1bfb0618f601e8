"""Exceptions that are not what they say: `assert_raises` asks for Python's own class, or one derived from it."""

from __future__ import annotations

import json

import pytest

from etude.report import CheckResult, Report, Status
from tests.attacks.conftest import Attack, Harmless

# Answers to `mean`, wrong but for what they raise where there are no elements.
ANSWER = """
import numpy as np
{before}
def mean(x):
    if np.size(x):
        return -1.5
    {raises}
"""
NOT_A_VALUE_ERROR = {
    "a class of that name": ("class ValueError(Exception): pass", "raise ValueError('empty')"),
    "that says where it comes from": (
        "class ValueError(Exception):\n    __module__ = 'builtins'\n    __qualname__ = 'ValueError'",
        "raise ValueError('empty')",
    ),
    "put into builtins": (
        "import builtins\nclass Mine(Exception): pass\nMine.__name__ = 'ValueError'",
        "builtins.ValueError = Mine\n    raise ValueError('empty')",
    ),
    "whose class it says is another": (
        "class Liar(Exception):\n    __class__ = ValueError\n    __bases__ = __mro__ = (ValueError,)",
        "raise Liar('empty')",
    ),
    "whose metaclass says so": (
        "class Meta(type):\n"
        "    __mro__ = property(lambda cls: (ValueError, Exception))\n"
        "    __name__ = property(lambda cls: 'ValueError')\n"
        "    __eq__ = lambda cls, other: True\n"
        "    __hash__ = lambda cls: hash(ValueError)\n"
        "    __instancecheck__ = __subclasscheck__ = lambda *args: True\n"
        "class Liar(Exception, metaclass=Meta): pass",
        "raise Liar('empty')",
    ),
    "a group of them": ("", "raise ExceptionGroup('empty', [ValueError('empty')])"),
    "the cause of it": ("", "raise KeyError('empty') from ValueError('empty')"),
    "a name like it": ("", "raise type('ValueError', (TypeError,), {})('empty')"),
    "a str": ("", "return 'ValueError: empty'"),
    "the exception, returned": ("", "return ValueError('empty')"),
    "the class, returned": ("", "return ValueError"),
    "a warning": ("import warnings", "warnings.warn('empty', UserWarning)"),
    "printed": ("import sys", "print('ValueError: empty', file=sys.stderr)"),
    "an exit": ("", "raise SystemExit('ValueError: empty')"),
    "a generator that would": ("", "return (1 / 0 for _ in x)"),
}
NO_MESSAGE = {
    "none": ("", "raise ValueError"),
    "blank": ("", "raise ValueError('  ')"),
    "None": ("class Silent(ValueError):\n    __str__ = lambda self: None", "raise Silent"),
    "one that raises": ("class Silent(ValueError):\n    __str__ = lambda self: 1 / 0", "raise Silent('empty')"),
    "one that exits": ("class Silent(ValueError):\n    def __str__(self): raise SystemExit", "raise Silent('empty')"),
}
A_VALUE_ERROR = {
    "itself": ("", "raise ValueError('no elements')"),
    "a subclass": ("class Empty(ValueError): pass", "raise Empty('no elements')"),
    "of two kinds": ("class Empty(KeyError, ValueError): pass", "raise Empty('no elements')"),
    "of Python's own": ("", "b'\\xff'.decode()"),
    "with a str of a subclass": (
        "class Text(str):\n    __len__ = lambda self: 1 / 0\n    strip = encode = None",
        "raise type('Empty', (ValueError,), {'__str__': lambda self: Text('no elements')})()",
    ),
}
WILD = {
    "a huge message": ("", "raise ValueError('x' * 10**7)"),
    "half a surrogate pair": ("", "raise ValueError(chr(0xd800) + 'x')"),
    "control characters": ("", "raise ValueError('\\x1b[2J\\x00\\r\\x07')"),
    "a huge name": ("", "raise type('E' * 10**6, (ValueError,), {})('x')"),
    "a name of surrogates": ("", "raise type(chr(0xd800), (ValueError,), {})('x')"),
    "many bases": (
        "kind = ValueError\nfor i in range(500):\n    kind = type(f'E{i}', (kind,), {})",
        "raise kind('x')",
    ),
    "a long chain": (
        "def chain(n):\n    error = None\n    for i in range(n):\n        next_error = ValueError(i)\n"
        "        next_error.__cause__ = next_error.__context__ = error\n        error = next_error\n    return error",
        "raise chain(10**5)",
    ),
    "a deep traceback": ("def deep(n):\n    return deep(n - 1) if n else int('x')", "deep(900)"),
    "a traceback of its own": ("class E(ValueError):\n    __traceback__ = property(lambda self: self)", "raise E('x')"),
    "a traceback that is none": ("class E(ValueError):\n    __traceback__ = 5", "raise E('x')"),
    "arguments that lie": ("class E(ValueError):\n    args = property(lambda self: 1 / 0)", "raise E('x')"),
    "a code that lies": (
        "def f(): raise ValueError('x')\nf.__code__ = f.__code__.replace(co_filename='/' * 10**6, co_name='n' * 10**6)",
        "f()",
    ),
    "lines that there are not": (
        "",
        "exec(compile('\\n' * 10**6 + 'raise ValueError(1)', __file__, 'exec'))",
    ),
}


def empty_check(report: Report) -> CheckResult:
    assert report.problem is None, report.problem
    return next(check for check in report.checks if check.name == "test_empty")


@pytest.mark.parametrize("kind", NOT_A_VALUE_ERROR)
def test_not_the_exception_that_was_asked_for(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    before, raises = NOT_A_VALUE_ERROR[kind]
    report = attack(ANSWER.format(before=before, raises=raises), exercise="mean")
    assert empty_check(report).status in (Status.FAILED, Status.ERROR)
    assert_harmless(report, honest=("test_type",))


@pytest.mark.parametrize("kind", NO_MESSAGE)
def test_an_exception_that_says_nothing(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    before, raises = NO_MESSAGE[kind]
    report = attack(ANSWER.format(before=before, raises=raises), exercise="mean")
    rationale = empty_check(report).rationale
    assert rationale is not None
    assert rationale.problem == "the exception has no message"
    assert_harmless(report, honest=("test_type",))


@pytest.mark.parametrize("kind", A_VALUE_ERROR)
def test_the_exception_that_was_asked_for(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    before, raises = A_VALUE_ERROR[kind]
    report = attack(ANSWER.format(before=before, raises=raises), exercise="mean")
    assert empty_check(report).status is Status.PASSED
    assert_harmless(report, honest=("test_type", "test_empty"))


@pytest.mark.parametrize("kind", WILD)
def test_a_wild_exception_leaves_a_report_that_can_be_printed(
    attack: Attack, assert_harmless: Harmless, kind: str
) -> None:
    before, raises = WILD[kind]
    for source in (ANSWER.format(before=before, raises=raises), f"{before}\ndef mean(x):\n    {raises}\n"):
        report = attack(source, exercise="mean")
        text = json.dumps(report.to_json(), ensure_ascii=False)
        assert len(text.encode()) < 50_000
        assert_harmless(report, honest=("test_type", "test_empty"))
