"""Opens a zip from outside: everything in it is bounded, and nothing in it names a place."""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
from collections.abc import Callable

from etude.errors import SubmissionError

LARGEST_FILE = 1 << 20  # bytes, unpacked
LARGEST_ZIP = 16 << 20
MOST_ENTRIES = 500
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_RUBBISH = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")  # what file managers add


def open_archive(name: str, data: bytes, wanted: Callable[[str], bool]) -> tuple[dict[str, bytes], list[str]]:
    """The wanted files by their paths, and those left out. One folder around everything makes no difference.

    SubmissionError, which names the zip and the problem, for whatever no honest program makes.
    """
    if len(data) > LARGEST_ZIP:
        raise _refused(name, f"is over {LARGEST_ZIP >> 20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not _is_rubbish(entry.filename)]
            if len(entries) > MOST_ENTRIES:
                raise _refused(name, f"holds {len(entries):,} files")
            _refuse_odd_ones(name, entries)
            around = _folder_around(entries, wanted)
            paths = [(entry.filename.removeprefix(around), entry) for entry in entries]
            kept = [(path, entry) for path, entry in paths if wanted(path)]
            left_out = sorted(path for path, entry in paths if not wanted(path) and not entry.is_dir())
            return {path: _content(name, archive, entry) for path, entry in kept}, left_out
    except SubmissionError:
        raise
    except Exception as error:  # zipfile raises what its fields lead to: BadZipFile, but also OverflowError and others
        raise _refused(name, f"is no zip that can be read ({str(error)[:100]})") from None


def _is_rubbish(name: str) -> bool:
    return any(part in _RUBBISH for part in name.split("/"))


def _refuse_odd_ones(name: str, entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        path, mode = entry.filename, entry.external_attr >> 16
        shown = f"{path!r:.120}"
        parts = path.rstrip("/").split("/")
        if "\\" in path or not path.isprintable() or path.startswith("/") or ":" in path or {"", ".", ".."} & {*parts}:
            raise _refused(name, f"holds a file by the name of {shown}, which leads elsewhere")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(name, f"holds {shown}, which is a link or a device")
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            raise _refused(name, f"holds {shown}, which is encrypted, or packed in an odd way")
        if (same := unicodedata.normalize("NFKC", path.rstrip("/")).casefold()) in seen:
            raise _refused(name, f"holds {shown} twice")
        seen.add(same)


def _folder_around(entries: list[zipfile.ZipInfo], wanted: Callable[[str], bool]) -> str:
    """The one that everything lies in, where nothing is wanted as it stands."""
    first = {entry.filename.split("/")[0] for entry in entries}
    if len(first) != 1 or any(wanted(entry.filename) for entry in entries):
        return ""
    return f"{first.pop()}/"


def _content(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read no further than the limit, whatever size the entry claims."""
    with archive.open(entry) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise _refused(name, f"holds {entry.filename!r:.120}, which is over {LARGEST_FILE >> 20} MiB unpacked")
    return content


def _refused(name: str, problem: str) -> SubmissionError:
    return SubmissionError(name, problem, "ask for the file that `takehome.py submit` wrote")
