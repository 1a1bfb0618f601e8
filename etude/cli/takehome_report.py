"""`etude takehome report`: the pages that a hiring team reads."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.message import say
from etude.errors import EtudeError
from etude.words import counted

if TYPE_CHECKING:
    from etude.takehome.dossier import Dossier


@click.command("report")
@click.argument("root", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--blind", is_flag=True, help="Show pseudonyms instead of names.")
def command(root: Path, blind: bool) -> None:
    """Write DIR/report: a page to compare the candidates, one for each, and a CSV file.

    report/feedback holds a page for each candidate that may be sent to them: it reveals nothing hidden. All pages
    stand alone, and need no network.
    """
    from etude.extras import missing_extras, require_extras

    require_extras("etude takehome", ["takehome"])
    from etude.takehome.dossiers import dossiers
    from etude.takehome.folder import Folder
    from etude.takehome.received import those_that_count

    folder = Folder.open(root)
    found = dossiers(folder, those_that_count(folder), blind or folder.settings.blind)
    if not any(dossier.results for dossier in found.values()):
        raise EtudeError(root, "nothing is graded yet", f"`etude takehome grade {root} SUBMISSION.zip…` comes first")
    if missing_extras(["similar"]):
        say("answers were not compared with one another: pip install 'etude[similar]'")
    try:
        _write(folder.report, folder.settings.title, found)
    except OSError as error:
        raise EtudeError(folder.report, f"cannot be written ({error.strerror})", "make room for it") from None
    written = f"{folder.report / 'index.html'}, {folder.report / 'comparison.csv'}"
    click.echo(f"{counted(len(found), 'candidate')}: {written}")


def _write(place: Path, title: str, found: dict[str, Dossier]) -> None:
    """Anew: pages with names do not stay behind those without. Files are called by pseudonym in any case."""
    from etude.files import write_whole
    from etude.render.takehome_comparison import comparison_csv, comparison_page
    from etude.render.takehome_feedback import feedback_page
    from etude.render.takehome_page import candidate_page

    for folder in ("candidates", "feedback"):
        shutil.rmtree(place / folder, ignore_errors=True)
        os.makedirs(place / folder)
    for candidate, dossier in found.items():
        write_whole(place / "candidates" / f"{candidate}.html", candidate_page(dossier).encode())
        write_whole(place / "feedback" / f"{candidate}.html", feedback_page(dossier).encode())
    pages = {id(dossier): f"candidates/{candidate}.html" for candidate, dossier in found.items()}
    page = comparison_page(title, list(found.values()), lambda dossier: pages[id(dossier)])
    write_whole(place / "index.html", page.encode())
    write_whole(place / "comparison.csv", comparison_csv(list(found.values())).encode())
