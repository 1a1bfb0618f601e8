"""The script that draws the README's pictures fits today's étude, and the README names no file that is not there."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_pictures_can_be_drawn_again() -> None:
    assert callable(runpy.run_path(str(ROOT / "docs" / "pictures.py"))["main"])  # all that it imports is there


PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{name}.md" for name in ("data", "cluster", "coursework", "fast_kernels")),
]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = [*re.findall(r"\]\(([^)#]+)\)", text), *re.findall(r'(?:src|srcset)="([^"]+)"', text)]
    for link in links:
        assert link.startswith("https://") or (ROOT / page).parent.joinpath(link).exists(), link
