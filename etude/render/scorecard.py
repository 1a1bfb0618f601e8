"""A Report as an object that a notebook shows."""

from __future__ import annotations

import io
from dataclasses import dataclass

from etude.report import Report

WIDTH = 88  # of the plain text


@dataclass(frozen=True, repr=False)
class Scorecard:
    """A report as the notebook shows it: HTML, or the terminal's scorecard where there is none."""

    report: Report

    def _repr_html_(self) -> str:
        from etude.render.html import report_html

        return report_html(self.report)

    def __repr__(self) -> str:
        from rich.console import Console

        from etude.render.terminal import render_report

        text = io.StringIO()
        plain = Console(file=text, width=WIDTH, color_system=None, force_jupyter=False, markup=False, emoji=False)
        render_report(self.report, plain)
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
