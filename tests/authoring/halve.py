"""A small exercise in which nothing is wrong; a test changes one file of it and asks what the audit says."""

from __future__ import annotations

from pathlib import Path

from etude.exercise import Exercise
from etude.metadata import read_exercise

METADATA = """title = "Half of it"
level = "warm-up"
framework = "numpy"
entry_points = ["halve"]
preload = ["numpy"]
banned = ["scipy"]
errors = ["ValueError"]
hints = ["What is half?", "Divide.", "By two."]
"""
PROMPT = """# Half of it

`halve(x, parts=2)` divides an array by `parts`. Not allowed: SciPy. ValueError where `parts` is below 1.
"""
STUB = """def halve(x, parts=2):
    \"\"\"One part of x.\"\"\"
    raise NotImplementedError
"""
REFERENCE = '''"""Half of it.

Idea
    Divide.

Cost
    O(n).

Pitfalls
    Multiplying.

Follow-up questions
    And a third? Divide by three.
"""


def halve(x, parts=2):
    if not parts >= 1:
        raise ValueError("parts is below 1")
    return x / parts
'''
GRADER = '''"""halve against a formula."""

from etude.grading import assert_close, assert_raises, check


@check("correctness", points=2)
def test_values(submission, rng):
    """Half of x comes back."""
    x = rng.uniform(1.0, 2.0, size=3)
    assert_close(submission.halve(x), 0.5 * x)


@check("correctness", depends_on="test_values")
def test_parts(submission, rng):
    """Any number of parts will do, one included."""
    x = rng.uniform(1.0, 2.0, size=3)
    for parts in (1, 3, 5):
        assert_close(submission.halve(x, parts), x / parts)


@check("errors", depends_on="test_values")
def test_no_parts(submission, rng):
    """Less than one part raises ValueError."""
    for parts in (0, -1):
        assert_raises(ValueError, submission.halve, rng.uniform(1.0, 2.0, size=3), parts)
'''
CHECKED = "    if parts < 1: raise ValueError('none')\n"
RIGHT = {
    "by_the_inverse": f"def halve(x, parts=2):\n{CHECKED}    return x * (1 / parts)\n",
    "with_another_name": f"def halve(values, parts=2):\n{CHECKED.replace('x', 'values')}    return values / parts\n",
}
WRONG = {
    "doubles": (f"def halve(x, parts=2):\n{CHECKED}    return x * parts\n", "test_values"),
    "always_two": (f"def halve(x, parts=2):\n{CHECKED}    return x / 2\n", "test_parts"),
    "never_raises": ("def halve(x, parts=2):\n    return x / parts if parts else x\n", "test_no_parts"),
    "floors": (f"def halve(x, parts=2):\n{CHECKED}    return x // parts\n", "test_values"),
    "subtracts": (f"def halve(x, parts=2):\n{CHECKED}    return x - parts\n", "test_values"),
}
EXPLAINED = '"""x\n\nMisconception: x.\nCaught by: {check}\nAdvice: x.\n"""\n\n\n{code}'


def write_halve(bank: Path) -> Exercise:
    wrong = {
        f"graders/q01_basics/halve/wrong/{name}.py": EXPLAINED.format(check=check, code=code)
        for name, (code, check) in WRONG.items()
    }
    files = {
        "exercises/q01_basics/halve/exercise.toml": METADATA,
        "exercises/q01_basics/halve/prompt.md": PROMPT,
        "exercises/q01_basics/halve/stub.py": STUB,
        "solutions/q01_basics/halve.py": REFERENCE,
        "graders/q01_basics/halve/test_halve.py": GRADER,
        **{f"graders/q01_basics/halve/right/{name}.py": code for name, code in RIGHT.items()},
        **wrong,
    }
    for place, text in files.items():
        path = bank / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return read(bank)


def read(bank: Path) -> Exercise:
    return read_exercise(bank / "exercises/q01_basics/halve/exercise.toml")
