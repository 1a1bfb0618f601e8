"""The candidate's side: `python takehome.py begin | check | status | submit`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
import pytest

from etude.catalog import Catalog
from tests.takehome.kit_support import (
    KEY,
    KIT,
    MEAN,
    RIGHT,
    answer,
    begun,
    check,
    digest,
    journal,
    make_kit,
    seal,
    takehome,
    write_journal,
)

HOUR = timedelta(hours=1)
FAR = '{"n": 0, "at": "9999-12-31T23:59:59+00:00", "event": "begin", "about": {}, "previous": "", "mac": ""}'


def packed(kit: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(kit / "submission-amber-heron.zip")


# --- begin ------------------------------------------------------------------------------------------------------------


def test_begin_says_what_is_asked_and_starts_the_clock_when_agreed(kit: Path) -> None:
    refused = takehome(kit, "begin", stdin="n\n")
    assert refused.returncode == 1
    assert not (kit / "journal.jsonl").exists()
    for told in ("A test", "90 minutes", "Twice as much (10 min)", "The middle of it all"):
        assert told in refused.stdout
    begun = takehome(kit, "begin", stdin="y\n")
    assert begun.returncode == 0
    assert "Your time ends" in begun.stdout
    (line,) = journal(kit)
    assert (line["n"], line["event"], line["previous"]) == (0, "begin", "")
    assert line["about"] == {"invitation": digest(kit / "invitation.json")}


def test_begun_again_it_shows_the_status_and_does_not_restart(kit: Path) -> None:
    takehome(kit, "begin", "--yes")
    before = journal(kit)
    again = takehome(kit, "begin", "--yes")
    assert "begun already" in again.stdout
    assert "Time left: 1 h" in again.stdout
    assert journal(kit) == before


@pytest.mark.parametrize("name", ["questions/double.md", "checks/conftest.py", "takehome.py", "checks/stubs/mean.py"])
def test_a_changed_file_is_one_line_that_says_to_unpack_again(kit: Path, name: str) -> None:
    with (kit / name).open("a") as file:
        file.write("\n")
    found = takehome(kit, "begin", "--yes")
    assert found.returncode == 2
    assert found.stderr.strip().startswith(f"{name}: changed: unpack the zip again")
    assert len(found.stderr.splitlines()) == 1
    assert not (kit / "journal.jsonl").exists()


def test_a_missing_file_too(kit: Path) -> None:
    (kit / "questions/mean.md").unlink()
    assert "questions/mean.md: missing: unpack the zip again" in takehome(kit, "begin", "--yes").stderr


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", None])
def test_a_damaged_invitation_is_one_line(kit: Path, content: str | None) -> None:
    path = kit / "invitation.json"
    path.write_text(content) if content is not None else path.unlink()
    found = takehome(kit, "status")
    assert found.stderr.startswith("invitation.json: missing or damaged: unpack the zip again")
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "status", "submit"])
def test_nothing_goes_before_begin(kit: Path, command: str) -> None:
    found = takehome(kit, command)
    assert found.returncode == 2
    assert found.stderr == "not begun yet: `python takehome.py begin` starts the clock\n"
    assert not (kit / "journal.jsonl").exists()


# --- check ------------------------------------------------------------------------------------------------------------


def test_status_tells_time_checks_and_what_would_be_sent(kit: Path) -> None:
    check(begun(kit), RIGHT)
    (kit / "answers/mean.py").unlink()
    found = takehome(kit, "status").stdout
    assert "Time left: 1 h" in found
    assert re.search(r"double +4 of 4 passed, \d{4}-", found)
    assert re.search(r"mean +MISSING", found)
    assert "would pack 1 of 2 answers" in found


def test_time_ends_with_the_due_date_at_the_latest(tmp_path: Path, mini_bank: Catalog) -> None:
    due = datetime.now(UTC) + timedelta(minutes=30, seconds=50)
    kit = make_kit(tmp_path / "kit", [mini_bank.get("double")], due=due.isoformat().replace("+00:00", "Z"))
    assert "Time left: 30 min" in takehome(begun(kit), "status").stdout


def test_past_the_due_date_it_may_still_be_begun_and_says_so(tmp_path: Path, mini_bank: Catalog) -> None:
    due = datetime.now(UTC) - timedelta(days=2, seconds=50)
    kit = make_kit(tmp_path / "kit", [mini_bank.get("double")], due=due.isoformat())
    found = takehome(kit, "begin", "--yes").stdout
    assert "That was 2 d ago. You may begin all the same; it will count as late." in found


def test_status_says_how_late_it_is(kit: Path) -> None:
    found = takehome(begun(kit, ago=timedelta(hours=2, seconds=50)), "status")
    assert "late by 30 min. You may still submit." in found.stdout


def test_a_clock_that_went_back_is_said(kit: Path) -> None:
    found = takehome(begun(kit, ago=-timedelta(hours=3, seconds=50)), "status")
    assert "clock has gone back by 3 h" in found.stdout
    assert takehome(kit, "submit").returncode == 0
    first, last = journal(kit)
    assert last["at"] < first["at"]


# --- submit -----------------------------------------------------------------------------------------------------------


def test_submit_packs_answers_journal_and_versions(kit: Path) -> None:
    answer(kit, RIGHT)
    found = takehome(begun(kit), "submit")
    assert found.returncode == 0
    assert "Send this file back to whoever invited you" in found.stdout
    names = ["invitation.json", "invitation.sig", "journal.jsonl", "versions.json", "answers/double.py"]
    with packed(kit) as archive:
        assert archive.namelist() == [*names, "answers/mean.py"]
        assert archive.read("journal.jsonl") == (kit / "journal.jsonl").read_bytes()  # with the line of this submit
        assert archive.read("answers/double.py").decode() == RIGHT
        versions = json.loads(archive.read("versions.json"))
    assert list(versions) == ["python", "numpy", "pytest"]
    line = journal(kit)[-1]
    digests = {name: digest(kit / "answers" / f"{name}.py") for name in ("double", "mean")}
    assert (line["event"], line["about"]) == ("submit", {"answers": digests, "late": False})


def test_submitted_again_the_journal_grows(kit: Path) -> None:
    takehome(begun(kit), "submit")
    answer(kit, RIGHT)
    assert "the latest counts" in takehome(kit, "submit").stdout
    assert [line["event"] for line in journal(kit)] == ["begin", "submit", "submit"]
    with packed(kit) as archive:
        assert archive.read("answers/double.py").decode() == RIGHT


def test_late_it_is_packed_all_the_same_and_says_by_how_much(kit: Path) -> None:
    found = takehome(begun(kit, ago=timedelta(hours=2, seconds=50)), "submit")
    assert found.returncode == 0
    assert "Late by 30 min" in found.stdout
    assert journal(kit)[-1]["about"]["late"] is True


def test_a_missing_answer_is_said_and_the_others_go(kit: Path) -> None:
    (kit / "answers/mean.py").unlink()
    found = takehome(begun(kit), "submit")
    assert "answers/mean.py: missing: it is not in the submission" in found.stdout
    assert list(journal(kit)[-1]["about"]["answers"]) == ["double"]


# --- The journal ------------------------------------------------------------------------------------------------------


def test_every_line_is_sealed_and_holds_the_seal_before_it(kit: Path) -> None:
    for command in (["begin", "--yes"], ["check"], ["status"], ["submit"]):
        takehome(kit, *command)
    lines = journal(kit)
    assert [(line["n"], line["event"]) for line in lines] == [(0, "begin"), (1, "check"), (2, "submit")]
    assert [line["previous"] for line in lines] == ["", *(line["mac"] for line in lines[:-1])]
    for line in lines:
        assert line["mac"] == seal(line)
        assert datetime.fromisoformat(line["at"]).utcoffset() == timedelta(0)


def test_a_submission_from_another_window_while_a_check_runs_fits_the_chain(kit: Path) -> None:
    submit = f"import subprocess, sys\nsubprocess.run([sys.executable, {str(kit / 'takehome.py')!r}, 'submit'])\n"
    check(begun(kit), submit + RIGHT)
    assert [line["event"] for line in journal(kit)] == ["begin", "submit", "check"]
    assert "damaged" not in takehome(kit, "status").stdout


def test_nothing_is_recorded_of_the_person_or_the_machine(kit: Path) -> None:
    for command in (["begin", "--yes"], ["check"], ["submit"]):
        takehome(kit, *command, env={"USER": "grace-hopper", "HOSTNAME": "harvard-mark-one"})
    names = {"n", "at", "event", "about", "previous", "mac"}
    assert all(line.keys() == names for line in journal(kit))
    about = [set(line["about"]) for line in journal(kit)]
    assert about == [{"invitation"}, {"results", "answers"}, {"answers", "late"}]
    content = (kit / "journal.jsonl").read_text()
    for secret in ("grace-hopper", "harvard-mark-one", str(kit), sys.platform, os.uname().nodename):
        assert secret not in content


def damage(kit: Path, how: str) -> None:
    path = kit / "journal.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    if how == "edited":
        lines[0] = lines[0].replace('"n": 0', '"n":0').replace('"at": "20', '"at": "19')
    elif how == "cut":
        del lines[1]
    elif how == "torn":
        lines[-1] = lines[-1][:40]
    else:
        lines[0] = how + "\n"
    path.write_text("".join(lines))


@pytest.mark.parametrize("how", ["edited", "cut", "torn", "\x00\xff", "[]", "{}", "[" * 5000, '{"at":1}', FAR])
def test_a_damaged_journal_is_one_line_and_submit_still_works(kit: Path, how: str) -> None:
    about = {"invitation": digest(kit / "invitation.json")}
    check: dict[str, Any] = {"results": {"double": {"passed": 1, "of": 4}}, "answers": {}}
    write_journal(kit, (HOUR, "begin", about), (HOUR / 2, "check", check), (HOUR / 3, "check", check))
    damage(kit, how)
    before = (kit / "journal.jsonl").read_bytes()
    for command in ("status", "submit"):
        found = takehome(kit, command)
        assert found.returncode == 0, found
        assert re.search(r"^journal.jsonl: damaged or edited at line \d: whoever invited you will see", found.stdout)
    assert (kit / "journal.jsonl").read_bytes().startswith(before)
    with packed(kit) as archive:
        *_, last = archive.read("journal.jsonl").decode().splitlines()
    assert json.loads(last)["event"] == "submit"
    assert "begun already" in takehome(kit, "begin", "--yes").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_control_c_loses_nothing(kit: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    answer(kit, f"import pathlib\npathlib.Path({str(started)!r}).touch()\ndef double(x):\n    while True: pass\n")
    before = journal(begun(kit))
    command = [sys.executable, str(kit / "takehome.py"), "check", "double"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        until = time.monotonic() + 60
        while not started.exists() and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(run.pid, signal.SIGINT)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert told.strip() == "Stopped. Nothing that the journal holds is lost."
    assert journal(kit) == before


# --- What it needs ----------------------------------------------------------------------------------------------------


def test_it_needs_nothing_of_etude(kit: Path, tmp_path: Path) -> None:
    """Where `import etude` fails, from begin to submit."""
    blocker = tmp_path / "blocked"
    (blocker / "etude").mkdir(parents=True)
    (blocker / "etude/__init__.py").write_text("raise ImportError('no étude here')\n")
    env = {"PYTHONPATH": str(blocker)}
    answer(kit, "try:\n    import etude\nexcept ImportError:\n    pass\nelse:\n    raise SystemExit\n" + RIGHT)
    answer(kit, MEAN, "mean")
    for command in (["begin", "--yes"], ["check"], ["status"], ["submit"]):
        found = takehome(kit, *command, env=env)
        assert found.returncode == 0, found
    alone = takehome(kit, "status", python=["-I", "-S"])  # and the runner alone needs no package at all
    assert alone.returncode == 0
    assert "4 of 4 passed" in alone.stdout


def test_the_readme_stands_alone() -> None:
    template = jinja2.Template((KIT / "README.md.jinja").read_text("utf-8"), undefined=jinja2.StrictUndefined)
    asked = [{"id": "double", "title": "Twice as much", "minutes": 10}, {"id": "mean", "title": "Mean", "minutes": 20}]
    given: dict[str, object] = {"minutes": 90, "due": "2030-01-31 18:00 (UTC+0100)", "terms": "Search is fine."}
    given |= {"title": "A test", "exercises": asked, "packages": ["numpy", "pytest"], "python": "3.11"}
    text = template.render(given)
    for told in (
        "90 minutes",
        "2030-01-31",
        "pip install numpy pytest",
        "Python 3.11",
        "Search is fine.",
        "2 exercises",
    ):
        assert told in text
    assert "| `double` | Twice as much | 10 minutes |\n| `mean` | Mean | 20 minutes |\n\n##" in text
    for command in ("begin", "check", "status", "submit"):
        assert f"python takehome.py {command} " in text
    assert "does not stop a forger who has the key" in " ".join(text.split())
    assert "a `check` that was cut off before `submit` leaves no trace" in " ".join(text.split())
    assert "étude" not in text.lower()


def test_a_title_that_the_terminal_cannot_show_is_no_reason_to_stop(tmp_path: Path, mini_bank: Catalog) -> None:
    kit = make_kit(tmp_path / "kit", [mini_bank.get("double")], title="Étude 試験")
    found = takehome(kit, "begin", "--yes", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert found.returncode == 0, found.stderr
    assert KEY not in found.stdout
