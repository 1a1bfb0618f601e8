"""Figures of failed checks: bounded whatever was returned, kept only by a check that fails, drawn and saved."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from etude.catalog import Catalog
from etude.cli.figures import save_figures
from etude.grading import TensorValue, assert_close, attach_figure, curves, image, matrix
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.judge.outcomes import CheckFailure
from etude.render.terminal import render_report
from etude.report import Category, CheckResult, Isolation, Panel, Report, Status
from etude.sandbox.wire import HandleValue
from etude.submission import Submission

MAX_BYTES = 64 << 10  # of a panel's JSON

HOSTILE = [
    None,
    "text",
    "x" * 10_000_000,
    b"bytes",
    object(),
    HandleValue(1, "X"),
    {},
    {"a": 1},
    [],
    [[1], [1, 2]],
    [None, 1.0],
    ["1", "2"],
    10**400,
    [10**400],
    3 + 4j,
    float("nan"),
    True,
    np.array(None),
    np.array([object(), 1], dtype=object),
    np.array(["a", "b"]),
    np.array([b"a"]),
    np.zeros(3, dtype="datetime64[s]"),
    np.zeros((3, 3), dtype=complex),
    np.zeros((0, 5)),
    np.zeros((3, 0, 2)),
    np.float64(1.5),
    np.array(2.0),
    np.array([True, False]),
    np.array([[np.nan, np.inf], [-np.inf, 1e308]]),
    np.full((2, 2), -1.7e308),
    np.full((2, 2), 5e-324),
    np.array([2**63, 2**64 - 1], dtype=np.uint64),
    np.full((4, 4), 0.1234567890123, np.float16),
    np.random.default_rng(0).normal(size=(1000, 3000)),
    np.zeros((3_000_000,), dtype=np.uint8),
    np.zeros((3_000_000, 1, 1), dtype=np.uint8),
    np.zeros((1,) * 20 + (5, 5)),
    np.broadcast_to(np.float64(1.0), (10**6, 10**6)),
    TensorValue(np.arange(6.0).reshape(2, 3), "float32"),
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
def test_whatever_came_back_a_panel_is_bounded_and_drawable(value: Any) -> None:
    panels = [image("t" * 1000, value), matrix("m", value, ["cat", "dog"]), curves("c", yours=value, wanted=[1, 2])]
    for panel in panels:
        if panel is None:
            continue
        text = json.dumps(dataclasses.asdict(panel), allow_nan=False)
        assert len(text) < MAX_BYTES
        assert len(panel.title) <= 60
        assert len(panel.grid) <= 64
        assert all(len(row) <= 64 for row in panel.grid)
        assert all(len(points) <= 512 for points in panel.curves.values())
    assert panels[2] is not None  # the wanted curve is there, whatever came back


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
def test_whatever_came_back_the_figure_is_drawn(value: Any) -> None:
    pytest.importorskip("matplotlib")
    from etude.render.figure import figure_png

    panels = [image("yours", value), image("wanted", np.eye(3)), curves("c", yours=value, wanted=[1, 2])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = figure_png(tuple(panel for panel in panels if panel is not None))
    assert drawn.startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("W" * 60, 1, 1), ("W" * 60, 2, 10), ("W" * 60, 10, 2), ("日本", 1, 1), ("$x$" * 20, 1, 1)],
)
def test_long_names_leave_room_to_draw_in_and_nothing_is_warned_of(name: str, rows: int, columns: int) -> None:
    pytest.importorskip("matplotlib")
    from etude.render.figure import figure_png

    cells = tuple(tuple(float(row - column) for column in range(columns)) for row in range(rows))
    table = Panel(name, cells, row_labels=(name,) * rows, column_labels=(name,) * columns)
    lines = Panel(name, curves={f"{name[:59]}{n}": (1.0, 2.0) for n in range(8)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for panels in ((table, table), (lines, table)):
            assert figure_png(panels).startswith(b"\x89PNG\r\n")


def test_numbers_that_are_not_finite_are_none() -> None:
    panel = image("yours", [[np.nan, 1.0], [np.inf, -np.inf]])
    assert panel is not None
    assert panel.grid == ((None, 1.0), (None, None))


def test_a_stack_of_images_stands_in_a_row_with_a_gap_between() -> None:
    panel = image("yours", np.arange(8).reshape(2, 2, 2))
    assert panel is not None
    assert panel.grid == ((0, 1, None, 4, 5), (2, 3, None, 6, 7))


def test_labels_name_rows_and_columns_of_a_matrix_of_their_number() -> None:
    fits, other = matrix("yours", np.eye(2), range(2)), matrix("yours", np.eye(3), range(2))
    assert fits is not None
    assert other is not None
    assert (fits.row_labels, fits.column_labels) == (("0", "1"), ("0", "1"))
    assert other.row_labels == ()


def test_there_are_at_most_four_panels() -> None:
    with pytest.raises(CheckFailure) as caught, attach_figure(*[image(str(n), [n]) for n in range(10)]):
        assert_close(1.0, 2.0)
    assert [panel.title for panel in caught.value.figure] == ["0", "1", "2", "3"]


def test_panels_that_cannot_be_drawn_are_left_out() -> None:
    with pytest.raises(CheckFailure) as caught, attach_figure(image("yours", "text"), image("wanted", [1.0])):
        assert_close("text", [1.0])
    assert [panel.title for panel in caught.value.figure] == ["wanted"]


def test_a_check_that_passes_has_no_figure(grade: Callable[..., Report]) -> None:
    passed, failed = grade("def double(x):\n    return 2 * x\n"), grade("def double(x):\n    return 3 * x\n")
    assert all(check.figure == () for check in passed.checks)
    shown = [check for check in failed.checks if check.figure]
    assert [panel.title for panel in shown[0].figure] == ["yours", "wanted"]
    assert Report.from_json(json.loads(json.dumps(failed.to_json()))) == failed
    assert all(check.figure == () for check in failed.for_exam().checks)


@pytest.fixture
def grade(tmp_path: Path) -> Any:
    """Grades an answer to `double` by a grader that attaches a figure."""
    mini = Path(__file__).parent / "fixtures" / "mini_bank"
    for part in ("exercises", "solutions", "graders"):
        shutil.copytree(mini / part / "q01_basics", tmp_path / part / "q01_basics")
    exercise = Catalog.load([tmp_path]).get("double")
    exercise.grader_path.write_text(GRADER)
    with Judge() as judge:
        yield lambda source: judge.grade(exercise, Submission("double.py", source), GradeOptions(allow_unisolated=True))


GRADER = '''
from etude.grading import assert_close, attach_figure, check, image


@check("correctness")
def test_values(submission, rng):
    """It doubles."""
    x = rng.normal(size=(3, 4))
    returned = submission.double(x)
    with attach_figure(image("yours", returned), image("wanted", 2 * x)):
        assert_close(returned, 2 * x)


@check("correctness")
def test_zero(submission):
    """Twice nothing is nothing."""
    with attach_figure(image("wanted", [0.0])):
        assert_close(submission.double(0.0), 0.0)
'''


def failed_report(exercise: str = "double") -> Report:
    figure = (Panel("yours $x", ((1.0, None), (-2.0, 0.0))), Panel("wanted", ((1.0, 2.0), (3.0, 4.0))))
    check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, 2, Status.FAILED, 0.1, figure=figure)
    return Report(exercise, "double.py", 7, "full", "cpu", Isolation("kernel", 6, True), 0.2, (check,))


def test_figures_are_saved_beside_the_attempts_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path))
    saved = save_figures(failed_report())
    path = saved["test_values"]
    assert path.parent == tmp_path / "figures"
    assert path.name.endswith("-double-values.png")
    assert path.read_bytes().startswith(b"\x89PNG\r\n")
    console = Console(file=io.StringIO(), width=200, highlight=False, markup=False)
    render_report(failed_report(), console, saved)
    text = "".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert f"figure{path}" in text


def test_an_exam_saves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path))
    assert save_figures(failed_report().for_exam()) == {}
    assert not (tmp_path / "figures").exists()


def test_without_matplotlib_none_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path))
    monkeypatch.setattr("etude.extras.missing_extras", lambda extras: ("plots",))
    assert save_figures(failed_report()) == {}


def test_where_it_cannot_be_saved_the_verdict_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "data").write_text("no folder")
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    assert save_figures(failed_report()) == {}
    assert "the figure was not saved" in capsys.readouterr().err
