"""`etude export`: everything of the learner's, as JSON."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export")
@click.argument("file", metavar="[FILE]", type=click.Path(allow_dash=True), default="-")
@click.option("--force", is_flag=True, help="Replace FILE where it is already there.")
def command(file: str, force: bool) -> None:
    """Write all your attempts and reviews as JSON.

    To FILE, or to standard output where none is named (or `-`). `etude import` brings it in elsewhere; the format is
    described in docs/data.md.
    """
    import json

    from etude.cli.attempts import open_database
    from etude.cli.output import refuse_to_overwrite, write_file
    from etude.practice.transfer import export

    path = Path(file)
    if file != "-":
        refuse_to_overwrite(path, force)
    document = export(open_database())
    text = json.dumps(document, indent=1) + "\n"
    if file == "-":
        click.echo(text, nl=False)
        return
    write_file(path, text.encode(), force)
    click.echo(f"{file} holds {len(document['attempts'])} attempts and {len(document['events'])} events.")
