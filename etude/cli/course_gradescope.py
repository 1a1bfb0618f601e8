"""`etude course gradescope`: an autograder to upload."""

from __future__ import annotations

import os
from pathlib import Path

import click

from etude.cli.banks import ExerciseName, bank_options, load_catalog
from etude.cli.output import refuse_to_overwrite


@click.command("gradescope")
@click.argument("exercises", nargs=-1, required=True, type=ExerciseName(), metavar="EX...")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The zip to write.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Draw these inputs for everyone. [default: secret]")
@click.option("--no-speed", is_flag=True, help="Leave the speed checks out.")
@click.option(
    "--feedback",
    type=click.Choice(["full", "exam"]),
    default="full",
    show_default=True,
    help="exam: students see how each check ended, and nothing of why.",
)
@click.option("--allow-unisolated", is_flag=True, help="Grade even where the container cannot confine an answer.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@bank_options
def command(
    exercises: tuple[str, ...],
    out: Path,
    seed: int | None,
    no_speed: bool,
    feedback: str,
    allow_unisolated: bool,
    force: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Write an autograder for Gradescope that grades these exercises.

    Students hand in EX.py or EX.ipynb. The zip holds étude, the exercises with their graders and references, and a
    secret seed, the same for everyone: keep it to yourself. Each reference is graded first.
    """
    from etude.coursework.gradescope.archive import archive, maximum
    from etude.coursework.gradescope.settings import Settings
    from etude.errors import EtudeError
    from etude.extras import require_extras
    from etude.files import write_whole

    refuse_to_overwrite(out, force)
    catalog = load_catalog(bank, only_bank)
    found = [catalog.get(exercise) for exercise in dict.fromkeys(exercises)]
    for exercise in found:
        require_extras(exercise.id, exercise.required_extras)
    drawn = seed if seed is not None else int.from_bytes(os.urandom(8), "little")
    points = maximum(found, drawn, speed=not no_speed)
    settings = Settings(drawn, points, not no_speed, feedback == "exam", allow_unisolated)
    try:
        write_whole(out, archive(found, settings), 0o600)
    except OSError as error:
        raise EtudeError(out, f"cannot be written ({error.strerror})", "name another file") from None
    each = ", ".join(f"{name} {count}" for name, count in points.items())
    click.echo(f"{out}: {sum(points.values())} points ({each}); it holds the graders and the seed: keep it to yourself")
