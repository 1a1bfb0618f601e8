"""`etude takehome invite`: one signed zip a candidate."""

from __future__ import annotations

from pathlib import Path

import click

from etude.cli.message import say


@click.command("invite")
@click.argument("root", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.argument("names", nargs=-1, required=True, metavar="NAME|TABLE.csv…")
def command(root: Path, names: tuple[str, ...]) -> None:
    """Make an invitation for each NAME, or for each name in a CSV file: in its column `name`, or alone on each line.

    Send every candidate their zip. It knows them by a pseudonym only; DIR/names.csv says whose is whose. Somebody who
    is invited already keeps their invitation; where its zip is gone it is made anew.
    """
    from etude.errors import EtudeError
    from etude.extras import require_extras

    require_extras("etude takehome", ["takehome"])
    from etude.files import write_whole
    from etude.takehome.candidates import new_pseudonym, read_names, wanted_names, write_names
    from etude.takehome.folder import Folder
    from etude.takehome.invitation import invitation_zip

    folder = Folder.open(root)
    wanted, remarks = wanted_names(names)
    exercises = folder.exercises()
    for remark in remarks:
        say(remark)
    try:
        with folder.locked():
            known = read_names(folder.names)
            there = {name: candidate for candidate, name in known.items()}
            folder.invitations.mkdir(exist_ok=True)
            for name in wanted:
                candidate = there.get(name) or new_pseudonym(known)
                path = folder.invitations / f"{candidate}.zip"
                if path.exists():
                    say(f"{name}: is invited already: {path}; somebody else of that name needs a longer one")
                    continue
                known[candidate] = name
                write_names(folder.names, known)
                write_whole(path, invitation_zip(folder, candidate, exercises))
                click.echo(f"{name}: {path}")
    except OSError as error:
        raise EtudeError(root, f"cannot be written ({error.strerror})", "make room, or mend its permissions") from None
