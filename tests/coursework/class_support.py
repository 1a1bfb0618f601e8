"""A small class on the tiny bank, for the tests of what comes after its grading."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from etude.cli import main

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
RIGHT = "import numpy as np\ndef double(x):\n    return 2 * np.asarray(x)\n"
WRONG = "def double(x):\n    return x\n"
MEAN = 'def mean(x):\n    if not x.size:\n        raise ValueError("empty")\n    return float(x.mean())\n'
HOSTILE = (
    "def double(x):\n    print('\\x1b[2J\\x00]]><script>')\n"
    "    raise ValueError('=1+1<img src=x>\\x00\\ufffe\\ud800')\n"
)


def etude(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


def hand_in(student: str, source: str, name: str = "double.py") -> None:
    path = Path("class", student, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
