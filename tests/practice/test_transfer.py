"""`etude export` and `etude import`: everything comes along, nothing is doubled, and nothing broken comes in."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from etude.attempts import Attempts
from etude.cli import main
from etude.database import Database, default_path
from etude.events import EventKind, Events
from etude.practice.exported import parse
from etude.practice.transfer import export, merge
from etude.report import Category, CheckResult, Isolation, Panel, Rationale, Report, Status, Timing

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = "def double(x):\n    return 2 * x  # é, 二\n"


@pytest.fixture
def etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`etude("export", …)` in an empty folder; never a traceback."""
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=stdin, prog_name="etude")
        assert "Traceback" not in result.output
        return result

    return run


def report(exercise: str = "double", right: bool = False) -> Report:
    status = Status.PASSED if right else Status.FAILED
    panel = Panel("yours", ((1.0, None), (0.5, -2.0)), {}, ("cat", "dog"), ("cat", "dog"))
    curve = Panel("loss", curves={"yours": (1.0, None, 0.25)})
    checks = (
        CheckResult("test_values", "It doubles.", Category.CORRECTNESS, 2, status, 0.1,
                    Rationale("All differ.", "double(2)", "3", "4"), "Times two.", "printed", figure=(panel, curve)),
        CheckResult("test_speed", "It is fast.", Category.SPEED, 1, Status.PASSED, 0.2,
                    timing=Timing(1.1, 2.0, 7, 1e-3, 1e-3, 9e-4, 1e-5), testimony=True, counts=False),
    )  # fmt: skip
    return Report(exercise, "double.py", 2**64 - 1, "full", "cpu", Isolation("kernel", 6, True), 0.2, checks,
                  versions={"python": "3.12"})  # fmt: skip


def practise(database: Database, begin: datetime = NOON, exercise: str = "double") -> None:
    """One of everything."""
    events = Events(database)
    events.add(EventKind.START, exercise, begin)
    Attempts(database).record(report(exercise), SOURCE)
    events.add(EventKind.HINT, exercise, begin + timedelta(minutes=1), number=1)
    events.add(EventKind.SOLUTION, exercise, begin + timedelta(minutes=2))
    Attempts(database).record(report(exercise, right=True), SOURCE)
    events.add(EventKind.REVIEW, exercise, begin + timedelta(minutes=3), rating=1)
    events.add(EventKind.QUIZ, "conv_shape", begin + timedelta(minutes=4), chapter="q11_architectures", right=True)
    events.add(EventKind.MOCK, "abc", begin + timedelta(minutes=5), questions=[{"exercise": exercise, "seconds": 3.5}])


def bring(database: Database, document: dict[str, Any]) -> None:
    merge(database, *parse(json.dumps(document).encode()))


def test_exported_and_imported_elsewhere_it_is_the_same(tmp_path: Path) -> None:
    here, there = Database(tmp_path / "here.db"), Database(tmp_path / "there.db")
    practise(here)
    document = export(here)
    assert (len(document["attempts"]), len(document["events"])) == (2, 6)
    bring(there, document)
    assert export(there) == document
    assert Attempts(there).latest("double") == Attempts(here).latest("double")
    assert Attempts(there).scores() == Attempts(here).scores()
    assert Events(there).of() == Events(here).of()


def test_two_machines_merge_to_the_same_in_either_order(tmp_path: Path) -> None:
    first, second, one, other = (Database(tmp_path / name) for name in "abcd")
    practise(first)
    bring(second, export(first))  # what both know
    practise(first, NOON + timedelta(hours=1), "mean")
    practise(second, NOON + timedelta(minutes=30), "softmax")
    for database, order in ((one, (first, second)), (other, (second, first))):
        for machine in order:
            bring(database, export(machine))
    assert export(one) == export(other)
    assert (len(export(one)["attempts"]), len(export(one)["events"])) == (6, 18)


def test_the_commands(etude: Callable[..., Result]) -> None:
    practise(Database(default_path()))
    written = etude("export", "mine.json")
    assert (written.exit_code, written.stdout) == (0, "mine.json holds 2 attempts and 6 events.\n")
    document = json.loads(Path("mine.json").read_text("utf-8"))
    assert json.loads(etude("export").stdout) == json.loads(etude("export", "-").stdout) == document
    default_path().unlink()
    assert etude("import", "mine.json").stdout == "2 attempts and 6 events are new.\n"
    assert etude("import", "mine.json").stdout == "0 attempts and 0 events are new; 8 were here already.\n"
    assert etude("import", "-", stdin=Path("mine.json").read_bytes()).exit_code == 0
    assert json.loads(etude("export").stdout) == document


def test_nothing_recorded_is_an_empty_document(etude: Callable[..., Result]) -> None:
    document = json.loads(etude("export").stdout)
    assert document == {"format": "etude data", "format_version": 1, "attempts": [], "events": []}
    assert not default_path().exists()


def test_an_export_is_not_written_over_another_file(etude: Callable[..., Result]) -> None:
    Path("mine.json").write_text("precious")
    refused = etude("export", "mine.json")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "mine.json: is already there: name another file, or replace it with --force" in refused.stderr
    assert Path("mine.json").read_text() == "precious"
    assert etude("export", "mine.json", "--force").exit_code == 0
    assert json.loads(Path("mine.json").read_text())["format_version"] == 1
    assert [path.name for path in Path().iterdir()] == ["mine.json"]  # no draft is left


@pytest.mark.parametrize("target", [".", "missing/mine.json", "/dev/null"])
def test_where_it_cannot_be_written_one_line_says_so(etude: Callable[..., Result], target: str) -> None:
    refused = etude("export", target, "--force")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert target in refused.stderr


def change(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def mutate(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        if to is KeyError:
            del place[path[-1]]
        else:
            place[path[-1]] = to

    mutate.__name__ = f"{'.'.join(map(str, path))}={str(to)[:20]}"
    return mutate


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"a": value}
    return value


BROKEN = [
    change("format", to="something else"),
    change("format_version", to="1"),
    change("format_version", to=True),
    change("attempts", to=KeyError),
    change("attempts", to={"a": 1}),
    change("events", to=None),
    change("attempts", 1, to=7),
    change("events", 0, to=[]),
    *(change("attempts", 1, name, to=KeyError) for name in ("uid", "at", "hints", "gave_up", "source", "report")),
    *(change("events", 1, name, to=KeyError) for name in ("uid", "at", "kind", "subject", "body")),
    change("attempts", 1, "uid", to=""),
    change("attempts", 1, "uid", to=10**400),
    change("attempts", 1, "hints", to=-1),
    change("attempts", 1, "hints", to=10**400),
    change("attempts", 1, "hints", to=1.0),
    change("attempts", 1, "gave_up", to=1),
    change("attempts", 1, "source", to=None),
    change("attempts", 1, "source", to="half \ud800"),
    change("attempts", 1, "at", to="yesterday"),
    change("attempts", 1, "at", to="2026-11-22T12:00:00"),
    change("attempts", 1, "at", to="9999-12-31T23:59:59-12:00"),
    change("attempts", 1, "at", to="0001-01-01T00:00:00+12:00"),
    change("attempts", 1, "report", "format_version", to=2),
    change("attempts", 1, "report", "exercise", to=""),
    change("attempts", 1, "report", "exercise", to=["double"]),
    change("attempts", 1, "report", "seconds", to="long"),
    change("attempts", 1, "report", "seconds", to=10**400),
    change("attempts", 1, "report", "score", to=3),
    change("attempts", 1, "report", "surprise", to=1),
    change("attempts", 1, "report", "checks", to=None),
    change("attempts", 1, "report", "checks", 0, to="x"),
    change("attempts", 1, "report", "checks", 0, "points", to=10**30),
    change("attempts", 1, "report", "checks", 0, "points", to=-2),
    change("attempts", 1, "report", "checks", 0, "status", to="brilliant"),
    change("attempts", 1, "report", "checks", 0, "rationale", "problem", to=nested(60)),
    change("attempts", 1, "report", "checks", 0, "figure", 0, "grid", to=[["x"]]),
    change("attempts", 1, "report", "versions", to={"python": 3}),
    change("attempts", 1, "report", "isolation", to="kernel"),
    change("events", 1, "kind", to="cheat"),
    change("events", 1, "kind", to=["hint"]),
    change("events", 1, "subject", to=""),
    change("events", 1, "body", "number", to="one"),
    change("events", 3, "body", "rating", to=5),
    change("events", 3, "body", "rating", to=True),
    change("events", 4, "body", "right", to="yes"),
    change("events", 5, "body", to=nested(60)),
]


@pytest.mark.parametrize("mutate", BROKEN, ids=lambda mutate: mutate.__name__)
def test_a_broken_document_is_one_line_and_nothing_of_it_comes_in(
    etude: Callable[..., Result], tmp_path: Path, mutate: Callable[[dict[str, Any]], None]
) -> None:
    practise(Database(tmp_path / "other.db"))
    document = export(Database(tmp_path / "other.db"))
    broken = copy.deepcopy(document)
    mutate(broken)
    Path("broken.json").write_text(json.dumps(broken))
    refused = etude("import", "broken.json")
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith("etude: broken.json: ")
    assert not default_path().exists()
    bring(Database(default_path()), document)  # which is itself in order


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no JSON"),
        (b"PK\x03\x04", "is no JSON"),
        (b"\xff\xfe\xfa", "is no JSON"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[]", "was not written by `etude export`"),
        (b'"x"', "was not written by `etude export`"),
        (b'{"format": "etude data", "format_version": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b'{"format": "etude data", "format_version": 2}', "newer étude (format 2, this one reads 1): upgrade étude"),
    ],
)
def test_what_is_no_export_at_all(etude: Callable[..., Result], content: bytes, told: str) -> None:
    Path("other.json").write_bytes(content)
    refused = etude("import", "other.json")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert told in refused.stderr


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read(etude: Callable[..., Result], name: str) -> None:
    refused = etude("import", name)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert f"{name}: cannot be read" in refused.stderr


def test_an_import_that_is_interrupted_changes_nothing(tmp_path: Path) -> None:
    here, there = Database(tmp_path / "here.db"), Database(tmp_path / "there.db")
    practise(here)
    practise(there, exercise="mean")
    before, rows = export(there), parse(json.dumps(export(here)).encode())
    seen = []

    def interrupt() -> None:
        seen.append(1)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge(there, *rows, on_row=interrupt)
    assert export(there) == before


def test_times_of_another_zone_are_kept_as_ours(tmp_path: Path) -> None:
    here, there = Database(tmp_path / "here.db"), Database(tmp_path / "there.db")
    practise(here)
    document = export(here)
    document["events"][0]["at"] = "2026-11-22T14:00:00+02:00"
    bring(there, document)
    assert export(there)["events"][0]["at"] == "2026-11-22T12:00:00.000+00:00"
