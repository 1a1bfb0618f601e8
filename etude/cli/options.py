"""Options that several commands have, in the same words."""

from __future__ import annotations

import click

feedback_option = click.option(
    "--feedback",
    type=click.Choice(["full", "exam"]),
    default="full",
    show_default=True,
    help="exam: how each check ended, and nothing of why.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(1), help="How many answers at a time. [default: one per core]"
)
unisolated_option = click.option(
    "--allow-unisolated", is_flag=True, help="Run answers even where the kernel cannot confine them."
)
