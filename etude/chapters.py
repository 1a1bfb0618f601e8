"""The names of chapters: `q02_activations` is `Q2 Activations`, and is also called 2, q02 or activations."""

from __future__ import annotations

from collections.abc import Iterable

from etude.errors import EtudeError


def chapter_title(chapter: str) -> str:
    number, _, words = chapter.partition("_")
    return f"Q{int(number[1:])} {words.replace('_', ' ').capitalize()}"


def chapters_called(wanted: str, chapters: Iterable[str], subject: str) -> list[str]:
    """Those of `chapters` called so: by number, by name, or by the beginning of either; `subject` is what is wrong."""
    name = wanted.lower()
    number = name.removeprefix("q")
    known = list(dict.fromkeys(chapters))

    def matches(chapter: str) -> bool:
        own, _, words = chapter.partition("_")
        if number.isdecimal():
            return int(own[1:]) == int(number)
        return chapter.startswith(name) or words.startswith(name)

    chosen = [chapter for chapter in known if matches(chapter)]
    if not chosen:
        raise EtudeError(subject, "no such chapter", f"there are {', '.join(known) or 'none'}")
    return chosen
