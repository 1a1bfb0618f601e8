"""The figures of failed checks, kept beside the attempts as PNG."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from etude.cli.message import say

if TYPE_CHECKING:
    from etude.report import Report


def save_figures(report: Report) -> dict[str, Path]:
    """Where the figure of each check that has one was saved; none where matplotlib is not installed."""
    from etude.extras import missing_extras

    drawn = {check.name: check.figure for check in report.checks if check.figure}
    if not drawn or missing_extras(["plots"]):
        return {}
    from etude.database import data_folder
    from etude.render.figure import figure_png

    folder, attempt = data_folder() / "figures", f"{datetime.now():%Y%m%d-%H%M%S-%f}-{report.exercise}"
    saved = {}
    for name, panels in drawn.items():
        path = folder / f"{attempt}-{name.removeprefix('test_')}.png"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(figure_png(panels))
        except OSError as error:
            say(f"{path}: the figure was not saved ({error.strerror}): see that its folder can be written")
            break
        saved[name] = path
    return saved
