"""An invitation holds what the candidate may see, and nothing else, not even in its bytes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("cryptography")

import etude.takehome
from etude.catalog import Catalog, shipped_bank
from etude.cli import main
from etude.exercise import Exercise
from etude.takehome.candidates import read_names
from etude.takehome.folder import Folder
from etude.takehome.invitation import invitation_zip
from etude.takehome.keys import is_signed

NAMES = ["Ada Byron", "Grace Hopper"]
KIT = Path(etude.takehome.__file__).parent / "kit"
LONG = 20  # characters of a line that says something


def takehome(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["takehome", *map(str, arguments)], catch_exceptions=False)


def new(root: Path, *exercises: str, due: str = "2099-12-31") -> Result:
    return takehome("new", root, "--title", "A test", "--exercises", ",".join(exercises), "--minutes", 60, "--due", due)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    assert new(tmp_path / "hiring", "softmax", "attention").exit_code == 0
    assert takehome("invite", tmp_path / "hiring", *NAMES).exit_code == 0
    return Folder.open(tmp_path / "hiring")


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_each_candidate_gets_one_signed_zip(folder: Folder) -> None:
    candidates = read_names(folder.names)
    assert list(candidates.values()) == NAMES
    for candidate in candidates:
        files = unpacked(folder.invitations / f"{candidate}.zip")
        about = json.loads(files["invitation.json"])
        assert about["candidate"] == candidate
        assert is_signed(folder.settings.public_key, files["invitation.sig"].decode().strip(), files["invitation.json"])
        assert not is_signed(folder.settings.public_key, files["invitation.sig"].decode().strip(), b"{}")
        for path, digest in about["files"].items():
            assert hashlib.sha256(files[path]).hexdigest() == digest
        rest = files.keys() - about["files"].keys()
        assert rest == {"invitation.json", "invitation.sig", "answers/softmax.py", "answers/attention.py"}


def hidden_lines(exercise: Exercise) -> set[str]:
    """What only the bank says of an exercise: its graders, solution, answers and hints."""
    told = exercise.prompt_path.read_text() + exercise.stub_path.read_text()
    texts = [path.read_text() for path in exercise.grader_folder.rglob("*") if path.suffix in (".py", ".toml", ".json")]
    texts += [exercise.solution_path.read_text(), *exercise.hints]
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return {line for line in lines if len(line) >= LONG and line not in told}


@pytest.mark.parametrize("exercise", list(Catalog.load([shipped_bank()])), ids=lambda exercise: exercise.id)
def test_nothing_hidden_is_inside(exercise: Exercise, folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(invitation_zip(folder, "amber-heron", [exercise]))
    texts = {name: content.decode() for name, content in unpacked(path).items()}
    kit = "".join(path.read_text() for path in KIT.iterdir() if path.is_file())  # the same for every exercise
    for line in hidden_lines(exercise):
        assert line in kit or not any(line in text for text in texts.values())


def test_no_name_no_seed_and_no_key_is_in_its_bytes(folder: Folder) -> None:
    seed = folder.store().seed
    secrets = [*(name.encode() for name in NAMES), *(part.encode() for name in NAMES for part in name.split())]
    secrets += [str(seed).encode(), seed.to_bytes(8, "little"), seed.to_bytes(8, "big"), f"{seed:x}".encode()]
    secrets += [line for line in folder.key.read_bytes().splitlines() if b"-----" not in line]
    secrets += [str(folder.root.resolve()).encode(), str(shipped_bank()).encode()]
    paths = sorted(folder.invitations.glob("*.zip"))
    for path, other in zip(paths, reversed(paths), strict=True):
        for content in (path.read_bytes(), path.name.encode(), *unpacked(path).values()):
            for secret in (*secrets, other.stem.encode()):
                assert secret not in content


def test_somebody_who_is_invited_keeps_the_invitation(folder: Folder) -> None:
    before = {path: path.read_bytes() for path in folder.invitations.iterdir()}
    (folder.root / "people.csv").write_text("email,name\na@x,Ada  Byron\nk@x,Katherine Johnson\n")
    again = takehome("invite", folder.root, folder.root / "people.csv")
    assert again.exit_code == 0
    assert "Ada Byron: is invited already" in again.output
    assert "Katherine Johnson: " in again.output
    assert {path: path.read_bytes() for path in before} == before
    assert len(list(folder.invitations.iterdir())) == 3


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (
            "naam,email\nAda,a@x\n",
            "has no column 'name': its first line is 'naam', 'email': call that of the names 'name'",
        ),
        ("name;email\n;a@x\n", "names nobody: give a name in each row of its column 'name'"),
    ],
)
def test_a_table_without_names_is_refused_in_a_line_that_names_it(folder: Folder, table: str, line: str) -> None:
    path = folder.root / "nocol.csv"
    path.write_text(table)
    done = takehome("invite", folder.root, path)
    assert (done.exit_code, done.output) == (2, f"etude: {path}: {line}\n")
    assert list(read_names(folder.names).values()) == NAMES


def test_names_may_stand_alone_one_a_line(folder: Folder) -> None:
    (folder.root / "people.csv").write_text("Katherine Johnson\nDorothy Vaughan\n")
    assert takehome("invite", folder.root, folder.root / "people.csv").exit_code == 0
    assert list(read_names(folder.names).values()) == [*NAMES, "Katherine Johnson", "Dorothy Vaughan"]


def test_a_row_without_a_name_and_a_name_that_is_there_twice_are_told(folder: Folder) -> None:
    path = folder.root / "people.csv"
    path.write_text("name,email\nDorothy Vaughan,d@x\n,k@x\nDorothy  Vaughan,e@x\nMary Jackson\n")
    done = takehome("invite", folder.root, path)
    assert done.exit_code == 0
    assert f"{path}: the row ', k@x' has no name: nobody is invited for it\n" in done.output
    assert "Dorothy Vaughan: is named 2 times, and is one candidate" in done.output
    assert list(read_names(folder.names).values()) == [*NAMES, "Dorothy Vaughan", "Mary Jackson"]


def test_an_invitation_that_is_gone_is_made_anew_for_the_same_candidate(folder: Folder) -> None:
    known = read_names(folder.names)
    (candidate, *_) = known
    (folder.invitations / f"{candidate}.zip").unlink()
    assert takehome("invite", folder.root, known[candidate]).exit_code == 0
    assert read_names(folder.names) == known
    assert (folder.invitations / f"{candidate}.zip").exists()


@pytest.mark.parametrize("name", ["'t Hooft", "=1+1", "''x", "O'Neill", "@home", "-Ann", "Преображенская " * 6 + "А"])
def test_a_name_is_kept_as_it_was_given(folder: Folder, name: str) -> None:
    for _ in range(2):
        assert takehome("invite", folder.root, "--", name).exit_code == 0
    assert list(read_names(folder.names).values()) == [*NAMES, name]


def test_a_table_of_names_may_come_back_from_a_spreadsheet(folder: Folder) -> None:
    known = read_names(folder.names)
    folder.names.write_text("\ufeff" + folder.names.read_text().replace(",", ";"))
    assert read_names(folder.names) == known


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"exercises": ["sofmax"]}, "sofmax: no exercise of that name"),
        ({"due": "soon"}, "--due: 'soon' is no date"),
        ({"due": "2001-01-01"}, "--due: 2001-01-01 23:59 is over"),
        ({"exercises": [","]}, "--exercises: names none"),
    ],
)
def test_what_cannot_be_a_test_is_told_in_one_line(tmp_path: Path, arguments: dict[str, object], line: str) -> None:
    wanted = {"exercises": ["softmax"], "due": "2099-12-31", **arguments}
    done = new(tmp_path / "x", *wanted["exercises"], due=str(wanted["due"]))  # type: ignore[misc]
    assert done.exit_code == 2
    assert line in done.output
    assert len(done.output.splitlines()) == 1
    assert not (tmp_path / "x").exists()


def replaced(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda root: (root / "takehome.toml").unlink(), "is no take-home test"),
        (lambda root: (root / "takehome.toml").write_text("title = 3"), "takehome.toml: cannot be used"),
        (lambda root: (root / "takehome.toml").write_text("= 3"), "takehome.toml"),
        (
            lambda root: replaced(root / "takehome.toml", "minutes = 60", "minutes = 60000000"),
            "minutes cannot be reckoned",
        ),
        (lambda root: (root / "key.pem").write_text("none"), "key.pem: is no key"),
        (lambda root: (root / "names.csv").write_text("a,b\n"), "names.csv: cannot be read"),
    ],
)
def test_a_damaged_folder_is_told_in_one_line(folder: Folder, spoil: object, line: str) -> None:
    spoil(folder.root)  # type: ignore[operator]
    done = takehome("invite", folder.root, "Katherine Johnson")
    assert done.exit_code == 2
    assert line in done.output
    assert len(done.output.splitlines()) == 1


def test_a_folder_that_is_there_is_left_alone(folder: Folder) -> None:
    again = new(folder.root, "softmax")
    assert again.exit_code == 2
    assert "is already there" in again.output


def test_a_date_alone_lasts_until_its_end_here(folder: Folder) -> None:
    due = folder.settings.due
    assert (due.year, due.month, due.day, due.hour, due.minute) == (2099, 12, 31, 23, 59)
    assert due.utcoffset() == datetime(2099, 12, 31, 12).astimezone().utcoffset()
    assert due - datetime.now(due.tzinfo) > timedelta(days=1)
