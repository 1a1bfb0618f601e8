"""étude: questions on neural networks that grade themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from etude.render.scorecard import Scorecard

__version__ = "0.1.0"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext etude` calls: `%%grade EX` and `etude.check("EX")` in this notebook."""
    from etude.jupyter import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    from etude.jupyter import unload

    unload(shell)


def check(exercise: str, *, seed: int | None = None, speed: bool = True) -> Scorecard | None:
    """Grade the answer that this notebook holds: the newest definitions that its cells have run.

    `seed` draws the same secret inputs again; `speed=False` leaves the speed checks out.
    """
    from etude.jupyter import grader

    return grader().check(exercise, seed, speed)
