"""A Report as a fragment of HTML, for notebooks and pages.

Every text, ours or a candidate's, passes through `visible` and Jinja's escaping on its way into the template: there is
no other way in. No scripts, and nothing fetched from anywhere.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from etude.extras import missing_extras
from etude.render import terminal
from etude.render.pages import environment
from etude.render.visible import bounded, visible
from etude.report import CheckResult, Report, Status

_MARKS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.ERROR: "!", Status.SKIPPED: "–"}


def report_html(report: Report) -> str:
    """A scorecard in one <div>; its styles are inside, and touch nothing else."""
    return _environment().get_template("scorecard.html").render(report=report)


def prepare_report() -> None:
    """Compile the template, ahead of the first report."""
    _environment().get_template("scorecard.html")


@cache
def _environment() -> Environment:
    found = environment(finalize=_finalize, problem=lambda text: bounded(text, terminal.VALUE_LINES))
    found.globals |= {
        "mark": lambda check: "◐" if check.partial else _MARKS[check.status],
        "state": lambda check: "partial" if check.partial else check.status.value,
        "duration": terminal.duration,
        "facts": terminal.facts,
        "figure": _figure,
        "verdict": terminal.verdict,
        "rows": terminal.detail_rows,
        "timing_line": terminal.timing_line,
    }
    found.globals["style"] = Markup(found.get_template("scorecard_style.html").render())  # the same in every report
    return found


def _finalize(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _figure(check: CheckResult) -> str | None:
    """A data: URI of the picture that the check attached; None without one, or without matplotlib."""
    if not check.figure or missing_extras(["plots"]):
        return None
    from etude.render.figure import figure_png

    return f"data:image/png;base64,{base64.b64encode(figure_png(check.figure)).decode('ascii')}"
