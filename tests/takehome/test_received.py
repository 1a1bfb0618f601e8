"""Which of a candidate's submissions counts, and what is said where they contradict one another or the calendar."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("cryptography")

from etude.cli import main
from etude.errors import SubmissionError
from etude.takehome.candidates import read_names
from etude.takehome.folder import Folder
from etude.takehome.received import receive, those_that_count
from tests.takehome.test_journal import sealed

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
NOW = datetime.now(UTC)

Steps = list[tuple[datetime, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    settings = ["--title", "A test", "--exercises", "double", "--minutes", "60", "--due", "2099-12-31"]
    for arguments in (["new", *settings, "--bank", str(MINI)], ["invite", "Ada"]):
        place = [arguments[0], str(tmp_path / "hiring"), *arguments[1:]]
        assert CliRunner().invoke(main, ["takehome", *place], catch_exceptions=False).exit_code == 0
    return Folder.open(tmp_path / "hiring")


def hand_in(folder: Folder, steps: Steps, answer: str, about: dict[str, object] | None = None) -> None:
    """Sealed with the invitation's key, whatever the steps say; the last of them is `about` so much."""
    (invitation,) = folder.invitations.glob("*.zip")
    with zipfile.ZipFile(invitation) as archive:
        fixed = {Path(name).name: archive.read(name) for name in archive.namelist() if "/invitation." in name}
    key = bytes.fromhex(json.loads(fixed["invitation.json"])["journal_key"])
    content = {
        **fixed,
        "journal.jsonl": sealed([(at, what, (about or {}) if at == steps[-1][0] else {}) for at, what in steps], key),
        "answers/double.py": answer,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    path = folder.root.parent / f"{len(list(folder.root.parent.iterdir()))}.zip"
    path.write_bytes(packed.getvalue())
    receive(folder, path)


def counted(folder: Folder) -> tuple[str, str]:
    """The answer that counts, and the remarks."""
    (handed,) = those_that_count(folder).values()
    return handed.answers["double"].decode(), " ".join(handed.remarks)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_the_last_of_several_submissions_counts_in_whatever_order_they_are_read(folder: Folder) -> None:
    steps = [(ago(50), "begin"), (ago(40), "submit")]
    hand_in(folder, [*steps, (ago(30), "submit")], "second")
    hand_in(folder, steps, "first")
    answer, remarks = counted(folder)
    assert answer == "second"
    assert "anew" not in remarks


def test_a_clock_that_was_started_anew_is_told(folder: Folder) -> None:
    hand_in(folder, [(ago(90), "begin"), (ago(80), "submit")], "first")
    hand_in(folder, [(ago(20), "begin"), (ago(10), "submit")], "again")
    answer, remarks = counted(folder)
    assert answer == "again"
    assert "the clock was started anew" in remarks


@pytest.mark.parametrize("order", [("mine", "tampered"), ("tampered", "mine")])
def test_what_was_tampered_with_is_told_beside_the_genuine_one_that_counts(
    folder: Folder, order: tuple[str, ...]
) -> None:
    about = {"answers": {"double": hashlib.sha256(b"mine").hexdigest()}}
    for answer in order:
        hand_in(folder, [(ago(50), "begin"), (ago(40), "submit")], answer, about)
    answer, remarks = counted(folder)
    assert answer == "mine"
    (kept,) = (path.name for path in folder.received.glob("*.zip") if b"tampered" in unzipped(path).values())
    assert f"received/{kept[:12]}….zip, which does not count: double: not what the journal says" in remarks


def unzipped(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_invitation_itself_is_no_submission(folder: Folder) -> None:
    (invitation,) = folder.invitations.glob("*.zip")
    done = CliRunner().invoke(main, ["takehome", "grade", str(folder.root), str(invitation)], catch_exceptions=False)
    assert done.exit_code == 2
    first, _ = done.output.splitlines()
    assert first.startswith(
        f"etude: {invitation.name}: is the invitation to {invitation.stem}, and no submission: ask for the file"
    )
    assert those_that_count(folder) == {}


def test_answers_without_a_journal_are_a_submission(folder: Folder) -> None:
    (invitation,) = folder.invitations.glob("*.zip")
    files = unzipped(invitation) | {f"takehome-{invitation.stem}/answers/double.py": b"mine"}
    path = folder.root.parent / "by-hand.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    receive(folder, path)
    answer, remarks = counted(folder)
    assert answer == "mine"
    assert "there is no journal" in remarks


def test_a_submission_from_the_future_is_told_and_does_not_win_for_ever(folder: Folder) -> None:
    hand_in(folder, [(ago(50), "begin"), (NOW + timedelta(days=300), "submit")], "future")
    assert "after it was received" in counted(folder)[1]
    hand_in(folder, [(ago(50), "begin"), (datetime.now(UTC), "submit")], "today")
    assert counted(folder)[0] in ("today", "future")
    for about in folder.received.glob("*.json"):  # the first came a day before
        if json.loads(about.read_text())["name"] == sorted(folder.root.parent.glob("*.zip"))[0].name:
            about.write_text(json.dumps({**json.loads(about.read_text()), "at": ago(24 * 60).isoformat()}))
    assert counted(folder)[0] == "today"


def test_what_is_removed_from_the_received_ones_counts_no_more(folder: Folder) -> None:
    hand_in(folder, [(ago(50), "begin"), (ago(40), "submit")], "first")
    for path in folder.received.glob("*.zip"):
        path.unlink()
    assert those_that_count(folder) == {}


def test_what_was_written_down_of_a_file_may_be_lost(folder: Folder) -> None:
    hand_in(folder, [(ago(50), "begin"), (ago(40), "submit")], "first")
    for path in folder.received.glob("*.json"):
        path.write_text("{")
    assert counted(folder)[0] == "first"


def test_a_candidate_who_is_taken_from_the_table_is_nobody(folder: Folder) -> None:
    hand_in(folder, [(ago(50), "begin"), (ago(40), "submit")], "first")
    (candidate,) = read_names(folder.names)
    folder.names.write_text("candidate,name\n")
    assert those_that_count(folder) == {}
    with pytest.raises(SubmissionError, match="cannot be read"):
        receive(folder, folder.root / f"{candidate}.zip")
