"""étude in a notebook: `%%grade` and `etude.check`.

Nothing is graded in the kernel or in a fork of it: a host process of its own does it, as for `etude grade`, started by
the first grading and kept warm until the kernel ends. The one thing kept between cells is the Grader, and the shell
that loaded the extension holds it.
"""

from __future__ import annotations

import atexit
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click
from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.display import DisplayHandle, Pretty, display

from etude.cli.banks import bank_options, exercise_argument, load_catalog
from etude.errors import EtudeError, JudgeError
from etude.render.scorecard import Scorecard

if TYPE_CHECKING:
    from etude.exercise import Exercise
    from etude.practice.desk import Desk
    from etude.submission import Submission

PATIENCE = 2.0  # seconds without a verdict before the notebook says what it is waiting for


class Interrupted(KeyboardInterrupt):
    """Ends the cell, and a run of all cells, as an interrupt does; the notebook shows one line of it."""

    def _render_traceback_(self) -> list[str]:
        return ["etude: interrupted: this attempt was not graded, and is not recorded"]


@magics_class
class Grader(Magics):
    """Grades what the cells of one notebook hold. `desk` is open from the first grading on."""

    shell: InteractiveShell

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.desk: Desk | None = None

    @cell_magic
    def grade(self, line: str, cell: str) -> None:
        """Grade the source of this cell: %%grade EX [--seed N] [--no-speed]. Then run it.

        The names that it defines are there in the next cell, as those of any cell are.
        """
        from etude.notebook import python_only, without_etude
        from etude.submission import Submission

        source = f"\n{without_etude(python_only(cell))}"  # the line of %%grade counts, in the notebook's line numbers
        with _one_line_errors():
            name, seed, no_speed = _grade_line.main(shlex.split(line), "%%grade", standalone_mode=False)
            display(self._scorecard(_exercise(name), Submission("this cell", source), seed, not no_speed))
        self.shell.run_cell(cell, store_history=False)

    def check(self, exercise: str, seed: int | None, speed: bool) -> Scorecard | None:
        from etude.practice.session_source import answer_source
        from etude.submission import Submission

        with _one_line_errors():
            found = _exercise(exercise)
            source = answer_source(self._cells(), found.entry_points)
            if not source:
                fix = "run the cell that defines it, then check again"
                raise EtudeError(found.id, f"no cell that has run defines {' or '.join(found.entry_points)}", fix)
            return self._scorecard(found, Submission("notebook", source), seed, speed)
        return None

    def _cells(self) -> list[str]:
        """Those that this kernel has run, the oldest first, as they were written."""
        history = self.shell.history_manager
        return list(history.input_hist_raw) if history is not None else []

    def _scorecard(self, exercise: Exercise, submission: Submission, seed: int | None, speed: bool) -> Scorecard:
        """Graded and recorded. Interrupted, it leaves no host behind that is still at work."""
        from etude.judge.job import GradeOptions
        from etude.practice.desk import Desk
        from etude.practice.mock_store import in_interview

        # Not refused where nothing can confine it: the kernel runs the same code, and confines nothing.
        options = GradeOptions(seed=seed, speed=speed, allow_unisolated=True)
        try:
            with _waiting_line(exercise.id):
                self.desk = self.desk or Desk.open(_say)
                report = self.desk.grade(exercise, submission, options)
        except KeyboardInterrupt:
            self.close(at_once=True)
            raise Interrupted from None
        self.desk.keep(report, submission.source)
        return Scorecard(report.for_exam() if in_interview(exercise.id) else report)

    def close(self, at_once: bool = False) -> None:
        """End the host; the next grading starts another."""
        desk, self.desk = self.desk, None
        if desk is not None:
            desk.judge.close(at_once)


def load(shell: InteractiveShell) -> None:
    import etude

    if _registered(shell) is None:
        loaded = Grader(shell)
        shell.register_magics(loaded)
        atexit.register(loaded.close)
    shell.push({"etude": etude}, interactive=False)


def unload(shell: InteractiveShell) -> None:
    loaded = _registered(shell)
    if loaded is not None:
        loaded.close()
        atexit.unregister(loaded.close)
        del shell.magics_manager.registry[Grader.__name__]
        del shell.magics_manager.magics["cell"]["grade"]


def grader() -> Grader:
    """This notebook's; made where the extension was not loaded."""
    shell = get_ipython()
    if shell is None:
        raise EtudeError("etude.check", "works in a notebook", "`etude grade EX` grades a file")
    if _registered(shell) is None:
        load(shell)
    found = _registered(shell)
    assert found is not None
    return found


def _registered(shell: InteractiveShell) -> Grader | None:
    found: Grader | None = shell.magics_manager.registry.get(Grader.__name__)
    return found


@click.command(add_help_option=False)
@exercise_argument
@click.option("--seed", type=click.IntRange(0, 2**64 - 1))
@click.option("--no-speed", is_flag=True)
def _grade_line(exercise: str, seed: int | None, no_speed: bool) -> tuple[str, int | None, bool]:
    """What follows %%grade."""
    return exercise, seed, no_speed


def _exercise(name: str) -> Exercise:
    """Of the shipped bank, or of those that ETUDE_BANK and ETUDE_ONLY_BANK name; one that can be graded here."""
    from etude.extras import require_extras

    catalog = _catalog.main([], "etude", standalone_mode=False)
    exercise: Exercise = catalog.get(name)
    require_extras(exercise.id, exercise.required_extras)
    return exercise


_catalog = click.command(bank_options(load_catalog))  # reads the environment as every command does


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """What people can mend, and what they can only report, in one line and not as a traceback."""
    try:
        yield
    except EtudeError as error:
        _say(str(error))
    except click.ClickException as error:
        _say(f"%%grade: {error.format_message()}")
    except ValueError as error:  # shlex: an open quotation
        _say(f"%%grade: {error}")
    except JudgeError as error:
        _say(f"{error}: a fault of étude's, not of your answer: please report it")


def _say(line: str) -> None:
    from etude.render.visible import visible_line

    print(f"etude: {visible_line(line)}", file=sys.stderr)


@contextmanager
def _waiting_line(exercise: str) -> Iterator[None]:
    """A line while the verdict takes its time; gone once it is there."""
    handle = DisplayHandle()
    shown = threading.Event()

    def show() -> None:
        shown.set()
        handle.display(Pretty(f"grading {exercise} …"))

    timer = threading.Timer(PATIENCE, show)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            with suppress(Exception):
                handle.update(Pretty(""))
