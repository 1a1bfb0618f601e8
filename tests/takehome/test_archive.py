"""A zip from outside: what no honest program makes is refused in one line, and nothing of it is written anywhere."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etude.errors import SubmissionError
from etude.takehome import archive
from etude.takehome.archive import open_archive

GOOD = {"invitation.json": b"{}", "answers/double.py": b"def double(x): ..."}


def zipped(files: dict[str, bytes], **attributes: int) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(entry, key, value)
            made.writestr(entry, content)
    return file.getvalue()


def opened(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    return open_archive("sent.zip", data, lambda path: path in GOOD)


def test_what_is_wanted_is_read_and_the_rest_is_named() -> None:
    assert opened(zipped({**GOOD, "holiday.jpg": b"..."})) == (GOOD, ["holiday.jpg"])


def test_a_folder_around_and_what_file_managers_add_make_no_difference() -> None:
    packed = {f"submission/{name}": content for name, content in GOOD.items()}
    packed |= {"submission/.DS_Store": b"", "__MACOSX/submission/._double.py": b""}
    assert opened(zipped(packed)) == (GOOD, [])


@pytest.mark.parametrize(
    "name",
    [
        *("../double.py", "answers/../../double.py", "/etc/passwd", "a//b", "./a", "C:double.py", "C:/double.py"),
        *("answers\\double.py", "answers/dou\x1bble.py", "answers/\u202ey.elbuod", ".."),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(SubmissionError, match="leads elsewhere"):
        opened(zipped({**GOOD, name: b"x"}))


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o010644, 0o140777])
def test_a_link_or_a_device_is_refused(mode: int) -> None:
    with pytest.raises(SubmissionError, match="a link or a device"):
        opened(zipped({"answers/double.py": b"/etc/passwd"}, external_attr=mode << 16))


@pytest.mark.parametrize("double", ["ANSWERS/double.PY", "answers/\N{LATIN SMALL LETTER D}ouble.py"])
def test_a_name_that_is_there_twice_is_refused(double: str) -> None:
    data = zipped({"answers/double.py": b"one", "answers/DOUBLE.py": b"other"})
    with pytest.raises(SubmissionError, match="twice"):
        opened(data)
    with pytest.raises(SubmissionError, match="twice"):
        opened(_with_twins(double))


def _with_twins(name: str) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as made:
        warnings.simplefilter("ignore")
        made.writestr("answers/double.py", b"one")
        made.writestr(name, b"other")
    return file.getvalue()


def test_a_bomb_is_read_no_further_than_its_limit() -> None:
    data = zipped({"answers/double.py": bytes(64 << 20)})
    assert len(data) < 1 << 20
    with pytest.raises(SubmissionError, match="over 1 MiB unpacked"):
        opened(data)


def test_a_bomb_that_lies_about_its_size_is_no_zip() -> None:
    data = bytearray(zipped({"answers/double.py": bytes(8 << 20)}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(SubmissionError, match="no zip that can be read"):
        opened(bytes(data))


def test_a_header_at_an_impossible_place_is_no_zip() -> None:
    data = bytearray(zipped({"answers/double.py": b"x"}))
    at = data.index(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)  # zip64: where the file's header is said to be
    data[at + 30 : at + 32] = struct.pack("<H", len(extra))
    data[at + 42 : at + 46] = b"\xff" * 4
    name_end = at + 46 + len("answers/double.py")
    data[name_end:name_end] = extra
    end = data.index(b"PK\x05\x06")
    (size,) = struct.unpack("<I", data[end + 12 : end + 16])
    data[end + 12 : end + 16] = struct.pack("<I", size + len(extra))
    with pytest.raises(SubmissionError, match="no zip that can be read"):
        opened(bytes(data))


def test_thousands_of_files_are_refused() -> None:
    with pytest.raises(SubmissionError, match="holds 600 files"):
        opened(zipped({f"{number}.py": b"" for number in range(600)}))


def test_encrypted_and_oddly_packed_files_are_refused() -> None:
    data = bytearray(zipped(GOOD))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SubmissionError, match="encrypted"):
        opened(bytes(data))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("answers/double.py", b"x")
    with pytest.raises(SubmissionError, match="odd way"):
        opened(file.getvalue())


def test_too_large_a_file_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_ZIP", 100)
    with pytest.raises(SubmissionError, match="is over"):
        opened(zipped(GOOD))


@given(st.binary(max_size=400), st.integers(0, 400), st.binary(max_size=8))
def test_whatever_comes_is_a_zip_or_refused(noise: bytes, at: int, patch: bytes) -> None:
    good = zipped(GOOD)
    for data in (noise, good[:at], good[:at] + patch + good[at + len(patch) :]):
        with suppress(SubmissionError):
            assert opened(data)[0].keys() <= GOOD.keys()
