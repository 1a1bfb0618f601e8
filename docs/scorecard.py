"""Draws docs/scorecard.svg, the README's picture: a wrong softmax, graded and shown as the terminal shows it.

python docs/scorecard.py
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.render.terminal import render_report
from etude.submission import Submission

# The naive formula: right values for small scores, and an overflow for large ones.
ANSWER = """import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
"""


def main() -> None:
    exercise = Catalog.load([shipped_bank()]).get("softmax")
    with Judge() as judge:
        report = judge.grade(exercise, Submission("softmax.py", ANSWER, None), GradeOptions(seed=1))
    console = Console(record=True, width=88, file=io.StringIO(), force_terminal=True)
    render_report(report, console)
    svg = console.export_svg(title="etude grade softmax", theme=MONOKAI)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # no fonts from the network
    Path(__file__).with_suffix(".svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
