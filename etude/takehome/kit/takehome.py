"""Runs a take-home test on your machine: python takehome.py begin | check | status | submit

It needs Python 3.9 or newer and nothing else; `check` also needs pytest and what the exercises are about. It sends
nothing anywhere. What it writes is journal.jsonl and, at the end, submission-….zip: README.md says what is in them.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import importlib.metadata
import importlib.util
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
JOURNAL = HERE / "journal.jsonl"
KINDS = {"about": dict, "event": str, "mac": str}  # of what a journal line holds
SECONDS = 300  # for all that one `check` runs
COMMAND = "python takehome.py"
# What an exercise requires -> the packages that bring it, where they have other names.
PACKAGES = {"sklearn": ("scikit-learn",), "plots": ("matplotlib",), "onnx": ("onnx", "onnxscript", "onnxruntime")}
MODULES = {"scikit-learn": "sklearn"}
OTHER_NAMES = {"tensorflow": ("tensorflow-cpu", "tensorflow-macos", "tensorflow-intel")}


class Problem(Exception):
    """Something to mend, said in one line."""


def now() -> datetime:
    return datetime.now(timezone.utc)  # noqa: UP017 - datetime.UTC is newer than Python 3.9


@dataclass(frozen=True)
class Invitation:
    """invitation.json, and the digest that the journal begins with."""

    about: dict[str, Any]
    sha256: str

    @classmethod
    def read(cls) -> Invitation:
        content = read(HERE / "invitation.json")
        try:
            about = json.loads(content or b"")
            time_of(about["due"]), bytes.fromhex(about["journal_key"]), about["files"], about["exercises"]
        except (ValueError, LookupError, TypeError):
            raise Problem("invitation.json: missing or damaged: unpack the zip again, beside your answers") from None
        return cls(about, hashlib.sha256(content or b"").hexdigest())

    @property
    def exercises(self) -> list[str]:
        return [exercise["id"] for exercise in self.about["exercises"]]

    @property
    def due(self) -> datetime:
        return time_of(self.about["due"])

    def ends(self, begun: datetime | None) -> datetime:
        """When the time is up: so many minutes after the beginning, and never after the due date."""
        return min(begun + timedelta(minutes=self.about["minutes"]), self.due) if begun else self.due

    def packages(self, exercises: list[str]) -> list[str]:
        """What these exercises, and their checks, need."""
        required = (name for each in self.about["exercises"] if each["id"] in exercises for name in each["requires"])
        found = (package for name in required for package in PACKAGES.get(name, (name,)))
        return list(dict.fromkeys(["numpy", "pytest", *found]))

    def refuse_changed_files(self) -> None:
        """Checks that were changed by accident would tell you nonsense."""
        for name, expected in self.about["files"].items():
            content = read(HERE / name)
            if content is None or hashlib.sha256(content).hexdigest() != expected:
                state = "missing" if content is None else "changed"
                raise Problem(f"{name}: {state}: unpack the zip again, and keep your answers/ and journal.jsonl")


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text).astimezone()


def read(path: Path) -> bytes | None:
    """None where there is no such file."""
    return path.read_bytes() if path.is_file() else None


@dataclass(frozen=True)
class Journal:
    """journal.jsonl: one JSON object a line, each sealed with the invitation's key and the seal of the line before."""

    key: bytes
    lines: list[dict[str, Any]]  # those that can be read
    count: int  # with those that cannot
    damage: str  # empty where there is none

    @classmethod
    def read(cls, key: bytes) -> Journal:
        content = (read(JOURNAL) or b"").splitlines()
        lines: list[dict[str, Any]] = []
        damage, previous = "", ""
        for number, text in enumerate(content):
            line = parsed(text)
            whole = line is not None and line["mac"] == seal(line, key)
            if not (line and whole and line.get("n") == number and line.get("previous") == previous):
                damage = damage or f"journal.jsonl: damaged or edited at line {number + 1}"
            if line:
                previous = line["mac"]
                lines.append(line)
        return cls(key, lines, len(content), damage)

    @property
    def begun(self) -> datetime | None:
        return next((time_of(line["at"]) for line in self.lines if line["event"] == "begin"), None)

    @property
    def last_checks(self) -> dict[str, tuple[datetime, str]]:
        """By exercise: when, and what came of it."""
        found = {}
        for line in self.lines:
            results = line["about"].get("results") if line["event"] == "check" else None
            for name, result in (results if isinstance(results, dict) else {}).items():
                if isinstance(result, dict):
                    found[name] = (time_of(line["at"]), f"{result.get('passed')} of {result.get('of')} passed")
        return found

    def append(self, event: str, about: dict[str, Any]) -> None:
        """All of the line or nothing of it reaches the file, whatever happens meanwhile."""
        current = Journal.read(self.key)  # another command may have written since
        previous = current.lines[-1]["mac"] if current.lines else ""
        line = {"n": current.count, "at": now().isoformat(timespec="microseconds"), "event": event, "about": about}
        line["previous"] = previous
        line["mac"] = seal(line, self.key)
        before = read(JOURNAL) or b""
        write_whole(JOURNAL, before + (b"\n" if before and before[-1:] != b"\n" else b"") + canonical(line) + b"\n")


def parsed(text: bytes) -> dict[str, Any] | None:
    """A line of the journal, sealed or not; None where it is none."""
    try:
        line = json.loads(text)
        known_time = 2000 <= time_of(line["at"]).year < 2200
        known_types = all(isinstance(line[name], kind) for name, kind in KINDS.items())
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return line if known_time and known_types else None


def canonical(line: dict[str, Any]) -> bytes:
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def seal(line: dict[str, Any], key: bytes) -> str:
    content = canonical({name: value for name, value in line.items() if name != "mac"})
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def begin(invitation: Invitation, journal: Journal, options: argparse.Namespace) -> int:
    if journal.count:
        print("This test has begun already; its clock is not started again.\n")
        return status(invitation, journal, options)
    invitation.refuse_changed_files()
    about = invitation.about
    print(f"{about['title']}\n\nYou have {about['minutes']} minutes, and until {told(invitation.due)} at the latest.\n")
    for exercise in about["exercises"]:
        print(f"  {exercise['id']:24} {exercise['title']} ({exercise['minutes']} min)")
    if now() > invitation.due:
        print(f"\nThat was {span(now() - invitation.due)} ago. You may begin all the same; it will count as late.")
    if not options.yes:
        print("\nThe clock starts now. Begin? [y/N] ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            print("Not begun.")
            return 1
    journal.append("begin", {"invitation": invitation.sha256})
    print(f"\nBegun. Your time ends {told(invitation.ends(now()))}.")
    print(f"Read questions/, write in answers/, and try `{COMMAND} check` as often as you like.")
    return 0


def check(invitation: Invitation, journal: Journal, options: argparse.Namespace) -> int:
    refuse_unbegun(journal)
    unknown = [name for name in options.exercises if name not in invitation.exercises]
    if unknown:
        raise Problem(f"{unknown[0]}: no exercise of this test: choose from {', '.join(invitation.exercises)}")
    invitation.refuse_changed_files()
    chosen = [name for name in invitation.exercises if name in options.exercises or not options.exercises]
    refuse_missing_packages(invitation, chosen)
    answers = digests(read_answers(chosen))
    found, trouble = run_pytest(chosen, options.timeout)
    if not any(found.values()):
        raise Problem(trouble)
    results = {name: {"passed": sum(one["passed"] for one in found[name]), "of": len(found[name])} for name in chosen}
    journal.append("check", {"results": results, "answers": answers})
    for name in chosen:
        print(f"{name}: {results[name]['passed']} of {results[name]['of']} passed")
        tell(found[name])
    print(f"{trouble}\n" if trouble else "", end="")
    print(f"These are the examples only; hidden checks come later. {clock(invitation, journal)}")
    return 0 if not trouble and all(result["passed"] == result["of"] for result in results.values()) else 1


def tell(checks: list[dict[str, Any]]) -> None:
    messages = {one["message"] for one in checks}
    if len(messages) == 1 and not checks[0]["passed"]:  # a stub has one thing to say, not four
        print(f"  {messages.pop()}")
        return
    for one in checks:
        print(f"  {'passed' if one['passed'] else 'FAILED'}  {one['what']}")
        print("".join(f"          {line}\n" for line in one["message"].splitlines()), end="")


def status(invitation: Invitation, journal: Journal, options: argparse.Namespace) -> int:
    refuse_unbegun(journal)
    print(f"{invitation.about['title']}. {clock(invitation, journal)}")
    answers, checks = read_answers(invitation.exercises), journal.last_checks
    for name in invitation.exercises:
        at, outcome = checks.get(name, (None, "not checked yet"))
        outcome = f"{outcome}, {told(at)}" if at else outcome
        print(f"  {name:24} {outcome if name in answers else f'MISSING: there is no answers/{name}.py'}")
    print(f"`{COMMAND} submit` would pack {len(answers)} of {len(invitation.exercises)} answers, as they are now.")
    return 0


def submit(invitation: Invitation, journal: Journal, options: argparse.Namespace) -> int:
    refuse_unbegun(journal)
    answers = read_answers(invitation.exercises)
    late = now() - invitation.ends(journal.begun)
    journal.append("submit", {"answers": digests(answers), "late": late > timedelta(0)})
    packed = {name: read(HERE / name) or b"" for name in ("invitation.json", "invitation.sig", "journal.jsonl")}
    versions = {package: version(package) for package in invitation.packages(invitation.exercises)}
    packed["versions.json"] = json.dumps({"python": platform.python_version(), **versions}, indent=1).encode()
    packed.update((f"answers/{name}.py", content) for name, content in answers.items())
    path = HERE / f"submission-{invitation.about['candidate']}.zip"
    write_zip(path, packed)
    for name in sorted(set(invitation.exercises) - set(answers)):
        print(f"answers/{name}.py: missing: it is not in the submission")
    if late > timedelta(0):
        print(f"Late by {span(late)}: it is packed all the same, and the journal says so.")
    print(f"Wrote {path.name} with {len(answers)} of {len(invitation.exercises)} answers.")
    print("Send this file back to whoever invited you. You may submit again; the latest counts.")
    return 0


def run_pytest(chosen: list[str], seconds: float) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """What each check of each exercise came to, and what kept pytest from its end, if anything did."""
    with tempfile.TemporaryDirectory() as folder:
        report, output, settings = (Path(folder, name) for name in ("report.jsonl", "output.txt", "pytest.ini"))
        settings.write_text("[pytest]\n")  # nobody else's settings
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short"]
        command += ["-c", str(settings), "--rootdir", str(HERE), "--confcutdir", str(HERE), "--import-mode=importlib"]
        command += ["--doctest-glob=*.md", "--doctest-continue-on-failure"]
        command += ["-o", "doctest_optionflags=NUMBER NORMALIZE_WHITESPACE ELLIPSIS", f"--report={report}"]
        command += [str(HERE / "checks" / "test_contract.py"), *(str(HERE / f"questions/{name}.md") for name in chosen)]
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        variables.update(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8")
        with output.open("wb") as file:
            run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=HERE, env=variables)
            try:
                code: int | None = run.wait(seconds)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                run.kill()
                run.wait()
        told = [json.loads(line) for line in (read(report) or b"").splitlines(keepends=True) if line.endswith(b"\n")]
        said = (read(output) or b"").decode("utf-8", "replace").strip()
    planned = {(line["exercise"], line["what"]): line for line in told}  # the last that is told of each counts
    found = {name: [line for (owner, _), line in planned.items() if owner == name] for name in chosen}
    unfinished = [f"{line['exercise']}: {line['what']}" for line in planned.values() if line["message"] == "not run"]
    at = unfinished[0] if unfinished else "its end"
    if code is None:
        return found, f"Stopped after {seconds:g} s at `{at}`: a loop without end? --timeout SECONDS gives more."
    if unfinished or not told or code not in (0, 1):
        return found, f"pytest broke off (status {code}) at `{at}`. Its last words:\n{said[-1000:]}"
    return found, ""


def refuse_unbegun(journal: Journal) -> None:
    if not journal.count:
        raise Problem(f"not begun yet: `{COMMAND} begin` starts the clock")


def refuse_missing_packages(invitation: Invitation, exercises: list[str]) -> None:
    needed = invitation.packages(exercises)
    missing = [package for package in needed if importlib.util.find_spec(MODULES.get(package, package)) is None]
    if missing:
        install = f"{sys.executable} -m pip install {' '.join(missing)}"
        raise Problem(f"{', '.join(missing)}: not installed for this Python: {install}")


def read_answers(exercises: list[str]) -> dict[str, bytes]:
    """Those that are there."""
    contents = {name: read(HERE / "answers" / f"{name}.py") for name in exercises}
    return {name: content for name, content in contents.items() if content is not None}


def digests(answers: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in answers.items()}


def version(package: str) -> str | None:
    """None where it is not installed."""
    for name in (package, *OTHER_NAMES.get(package, ())):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def write_zip(path: Path, files: dict[str, bytes]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # a zip needs a date; this one tells nothing
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    write_whole(path, packed.getvalue())


def clock(invitation: Invitation, journal: Journal) -> str:
    ends = invitation.ends(journal.begun)
    left = ends - now()
    if left > timedelta(0):
        return f"Time left: {span(left)}, until {told(ends)}."
    return f"Time is up since {told(ends)}: late by {span(-left)}. You may still submit."


def told(at: datetime) -> str:
    """By the clock of this machine."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M (UTC%z)")


def span(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    parts = {"d": minutes // 1440, "h": minutes // 60 % 24, "min": minutes % 60}
    return " ".join(f"{number} {unit}" for unit, number in parts.items() if number) or "less than a minute"


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(prog=COMMAND, description="A take-home test; README.md says more.")
    commands = main.add_subparsers(dest="command", required=True, metavar="begin | check | status | submit")
    first = commands.add_parser("begin", help="start the clock")
    first.add_argument("--yes", action="store_true", help="do not ask")
    tried = commands.add_parser("check", help="run the examples that you may see")
    tried.add_argument("exercises", nargs="*", metavar="EX", help="these only")
    tried.add_argument("--timeout", type=float, default=SECONDS, metavar="SECONDS", help=f"for all of it ({SECONDS})")
    commands.add_parser("status", help="time left, last checks, what would be submitted")
    commands.add_parser("submit", help="pack the answers into one zip")
    return main


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a title may hold what this terminal cannot show
    options = parser().parse_args()
    try:
        invitation = Invitation.read()
        journal = Journal.read(bytes.fromhex(invitation.about["journal_key"]))
        if journal.damage:
            print(f"{journal.damage}: whoever invited you will see that; you may go on and submit.")
        if journal.lines and time_of(journal.lines[-1]["at"]) > now():
            back = span(time_of(journal.lines[-1]["at"]) - now())
            print(f"This machine's clock has gone back by {back} since the journal's last line; that will be seen too.")
        command = {"begin": begin, "check": check, "status": status, "submit": submit}[options.command]
        return command(invitation, journal, options)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'a file'}: {error.strerror or error}: see to it and try again", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Nothing that the journal holds is lost.", file=sys.stderr)
        return 130
    return 2


if __name__ == "__main__":
    sys.exit(main())
