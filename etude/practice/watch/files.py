"""The thread that tells of saves.

The folder is watched, not the file: an editor may replace the file by another of the same name. Whether anything has
changed is told by the files' stamps, which are also looked at now and then where the system has reported nothing.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Collection
from pathlib import Path

from etude.errors import EtudeError
from etude.practice.watch.messages import Answer, Post, Saved
from etude.submission import Submission

SUFFIXES = (".py", ".ipynb")
STEP_MS, GROUP_MS, LOOK_MS = 5, 100, 500  # a save is over when nothing happened for a step
SETTLE_SECONDS = 0.1  # what is wrong with a file may be half a save

Stamp = tuple[int, int, int]


class SaveWatcher:
    """Posts Saved for the files of the `wanted` exercises in `folder`. Use as a context manager."""

    def __init__(self, folder: Path, post: Post) -> None:
        self._folder, self._post = folder, post
        self._wanted: Collection[str] = ()
        self._stamps: dict[Path, Stamp] = {}
        self._lock = threading.Lock()  # of the two above
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="saves", daemon=True)

    def __enter__(self) -> SaveWatcher:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()

    def want(self, exercises: Collection[str]) -> None:
        """From now on tell of these; what was saved before is not told."""
        with self._lock:
            self._wanted = exercises
            self._stamps = stamps(self._folder, exercises)

    def _run(self) -> None:
        from watchfiles import watch

        while not self._stop.is_set():
            identity = _identity(self._folder)
            try:
                for _ in watch(
                    self._folder,
                    watch_filter=None,
                    debounce=GROUP_MS,
                    step=STEP_MS,
                    rust_timeout=LOOK_MS,
                    yield_on_timeout=True,
                    recursive=False,
                    raise_interrupt=False,
                    stop_event=self._stop,
                ):
                    self._tell()
                    if _identity(self._folder) != identity:  # another folder of this name, or none
                        break
            except (OSError, RuntimeError):  # no such folder, or no more watches to be had
                self._tell()
                self._stop.wait(LOOK_MS / 1000)

    def _tell(self) -> None:
        with self._lock:
            wanted, old = self._wanted, self._stamps
            new = self._stamps = stamps(self._folder, wanted)
        for path in sorted(path for path in {*old, *new} if old.get(path) != new.get(path)):
            answer = read_answer(path)
            if isinstance(answer, str):
                self._stop.wait(SETTLE_SECONDS)
                with self._lock:
                    self._stamps = {**self._stamps, **stamps(self._folder, [path.stem])}
                answer = read_answer(path)
            self._post(Saved(path.stem, path, answer))


def read_answer(path: Path) -> Answer:
    """What is in the file, or in one line why that cannot be graded."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # reading a pipe would wait for its other end
            return f"{path}: is not a file: write your answer in one of this name"
        return Submission.read(path, path.stem)
    except EtudeError as error:
        return str(error)
    except OSError:
        return f"{path}: there is no such file: save it again"
    except ValueError as error:
        return f"{path}: cannot be read ({error}): save it again"


def stamps(folder: Path, exercises: Collection[str]) -> dict[Path, Stamp]:
    """What changes with each save, of each file that may be an answer to one of the exercises."""
    found: dict[Path, Stamp] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name, suffix = os.path.splitext(entry.name)
                if suffix in SUFFIXES and name in exercises:
                    path = folder / entry.name
                    found[path] = _stamp(path)
    except OSError:
        pass
    return found


def _stamp(path: Path) -> Stamp:
    try:
        now = path.stat()
    except OSError:  # a link to nothing, or just gone
        return (0, 0, 0)
    return now.st_mtime_ns, now.st_size, now.st_ino


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        now = folder.stat()
    except OSError:
        return None
    return now.st_dev, now.st_ino
