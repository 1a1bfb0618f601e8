"""A Report as one line of JSON, in ASCII: nothing in it moves a terminal's cursor."""

from __future__ import annotations

import json

from etude.report import Report


def report_line(report: Report) -> str:
    return json.dumps(report.to_json())
