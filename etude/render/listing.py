"""The exercises of a catalogue, a section for each chapter.

Lines are laid out by hand: rich's Table takes five times as long for fifty exercises, and `etude list` is typed often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from etude.exercise import Exercise
from etude.extras import install_command

WIDEST = 110
SHORTEST_TITLE = 26  # columns, two of them before it; with less room there are no titles at all


def render_list(
    exercises: Sequence[Exercise], best: Mapping[str, float], missing: Sequence[str], console: Console
) -> None:
    """`best` is the best fraction reached in each exercise; `missing` the extras that some of them still need."""
    names = max(len("exercise"), *(len(exercise.id) for exercise in exercises))
    room = min(console.width, WIDEST) - names - len("  " + _facts("", "") + "  framework    best")
    titles = room if room >= SHORTEST_TITLE else 0
    facts = room >= 0
    heading = f"  {'exercise':<{names}}{'':<{titles}}{_facts('level', 'min') if facts else ''}  {'framework':<11}  best"
    lines = [Text(heading, "dim")]
    chapter = ""
    for exercise in exercises:
        if exercise.chapter != chapter:
            chapter = exercise.chapter
            lines += [Text(), Text(exercise.chapter_title, "bold")]
        lines.append(_line(exercise, best.get(exercise.id), missing, names, titles, facts))
    if missing:
        lines += [Text(), Text(f"* to be installed first: {install_command(missing)}", "yellow")]
    console.print(Text("\n").join(lines), no_wrap=True, overflow="ignore", crop=False)


def _facts(level: str, minutes: str) -> str:
    return f"  {level:<8}  {minutes:>3}"


def _line(exercise: Exercise, best: float | None, missing: Sequence[str], names: int, titles: int, facts: bool) -> Text:
    title = Text(f"  {exercise.title}" if titles else "", "dim")
    title.truncate(titles, overflow="ellipsis", pad=True)
    lacking = any(extra in missing for extra in exercise.required_extras)
    framework = f"{exercise.framework.value}{'*' if lacking else ''}"
    score = "" if best is None else f"{int(best * 100 + 1e-9)}%"
    return Text.assemble(
        f"  {exercise.id:<{names}}",
        title,
        _facts(exercise.level.value, str(exercise.minutes)) if facts else "",
        (f"  {framework:<11}", "yellow" if lacking else ""),
        (f"  {score:>4}", "green" if best == 1 else "yellow"),
    )
