"""The pages of a take-home test as a browser shows them: at the width of a phone and of a desk, in light and dark.

A copy of every page stands in a frame of one harness, so that a browser is started once for each colour scheme; the
copies carry no policy, for the measuring scripts, and the last test opens a page just as it is.
"""

from __future__ import annotations

import html
import importlib.util
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etude.render.takehome_comparison import comparison_page
from etude.render.takehome_feedback import feedback_page
from etude.render.takehome_page import candidate_page
from tests.takehome.dossiers import ALL, COPIED, HOSTILE, PARTIAL, TAMPERED, TITLE

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome here")
WIDTHS, HEIGHT = (390, 1280), 700
SCHEMES = {"dark": 0, "light": 1}
CANDIDATES = ALL[:-1]
PAGES = {
    "partial": candidate_page(PARTIAL),
    "copied": candidate_page(COPIED),
    "tampered": candidate_page(TAMPERED),
    "hostile": candidate_page(HOSTILE),
    "comparison": comparison_page(TITLE, CANDIDATES, lambda found: f"{found.candidate}.html"),
    "hostile comparison": comparison_page(TITLE, ALL, lambda found: "x.html"),
    "feedback": feedback_page(PARTIAL),
}
MEASURE = """
addEventListener("load", async () => {
  const names = () => [...document.querySelectorAll("tbody .who")].map((cell) => cell.textContent);
  const root = document.documentElement, sorted = {};
  const found = { overflow: root.scrollWidth - root.clientWidth, width: innerWidth, owned: window.owned ?? 0 };
  found.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const violations = window.axe ? (await axe.run(document, { iframes: false })).violations : [];
  found.violations = violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]);
  for (const button of document.querySelectorAll("th button")) {
    const header = button.closest("th"), both = [];
    for (const press of [1, 2]) { button.click(); both.push([header.getAttribute("aria-sort"), names()]); }
    sorted[button.textContent] = both;
  }
  found.sorted = sorted;
  parent.document.getElementById("found").append(JSON.stringify([PLACE, found]) + "\\n");
});
"""


@dataclass(frozen=True)
class Seen:
    """What one start of the browser has shown: for every page and width what was measured, and a picture of all."""

    found: dict[tuple[str, int], dict[str, Any]]
    picture: Path


def browse(page: Path, scheme: str, picture: Path, width: int, height: int) -> str:
    """The page's DOM, once its scripts have run."""
    assert BROWSER is not None
    command = [
        BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        f"--user-data-dir={page.parent / 'profile'}", f"--window-size={width},{height}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--virtual-time-budget=20000",
        f"--screenshot={picture}", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def frame(name: str, width: int, axe: str) -> str:
    copy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", PAGES[name])
    scripts = f"<script>{axe}</script><script>{MEASURE.replace('PLACE', json.dumps([name, width]))}</script>"
    copy = copy.replace("</body>", f"{scripts}</body>")
    return f'<iframe srcdoc="{html.escape(copy)}" style="width: {width}px"></iframe>'


def axe_source() -> str:
    """The accessibility checker, as its Python package carries it; empty where that is not installed."""
    spec = importlib.util.find_spec("axe_core_python")
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8") if spec and spec.origin else ""


@pytest.fixture(scope="module", params=SCHEMES)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("pages")
    axe = axe_source()
    frames = "".join(f"<div>{''.join(frame(name, width, axe) for width in WIDTHS)}</div>" for name in PAGES)
    style = f"body {{ margin: 0 }} div {{ display: flex }} iframe {{ border: 0; height: {HEIGHT}px }}"
    head = f'<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>{style}</style>'
    harness, picture = folder / "harness.html", folder / "all.png"
    harness.write_text(f'{head}<pre id="found" hidden></pre>{frames}', "utf-8")
    dom = browse(harness, request.param, picture, sum(WIDTHS), HEIGHT * len(PAGES))
    lines = html.unescape(dom.partition('<pre id="found" hidden="">')[2].partition("</pre>")[0]).splitlines()
    found = {(name, width): measured for (name, width), measured in map(json.loads, lines)}
    assert found.keys() == {(name, width) for name in PAGES for width in WIDTHS}
    assert {(measured["width"], measured["dark"]) for measured in found.values()} == {
        (width, request.param == "dark") for width in WIDTHS
    }
    return Seen(found, picture)


def test_no_page_is_wider_than_its_window(seen: Seen) -> None:
    assert {place: measured["overflow"] for place, measured in seen.found.items() if measured["overflow"] > 0} == {}


def test_no_page_is_blank(seen: Seen) -> None:
    image = pytest.importorskip("PIL.Image").open(seen.picture).convert("L")
    for row, name in enumerate(PAGES):
        for left, width in ((0, WIDTHS[0]), WIDTHS):
            shades = image.crop((left, row * HEIGHT, left + width, (row + 1) * HEIGHT)).histogram()
            ground = max(range(256), key=shades.__getitem__)
            inked = sum(count for shade, count in enumerate(shades) if abs(shade - ground) > 60)
            assert inked > 0.005 * width * HEIGHT, name


def test_no_page_obeys_a_candidate(seen: Seen) -> None:
    assert not any(measured["owned"] for measured in seen.found.values())


def test_the_accessibility_checker_finds_nothing(seen: Seen) -> None:
    if not axe_source():
        pytest.skip("axe-core-python is not installed")
    assert {place: measured["violations"] for place, measured in seen.found.items() if measured["violations"]} == {}


def test_every_header_of_the_comparison_sorts_both_ways(seen: Seen) -> None:
    sorted_by = seen.found["comparison", 1280]["sorted"]
    by_total = ["amber-heron", "cedar-finch", "blue-crane", "dusky-plover", "ember-swift", "fallow-wren"]
    assert sorted_by["total of 33"] == [["descending", by_total], ["ascending", by_total[::-1]]]
    assert sorted_by["candidate"][0] == ["ascending", sorted(found.candidate for found in CANDIDATES)]
    by_time = ["dusky-plover", "amber-heron", "blue-crane", "ember-swift", "cedar-finch", "fallow-wren"]
    assert sorted_by["time used"] == [["ascending", by_time], ["descending", [*by_time[4::-1], "fallow-wren"]]]
    assert [both[0][1][-1] for name, both in sorted_by.items() if name.startswith("roc_auc")] == ["fallow-wren"]
    assert [both[0][1][0] for name, both in sorted_by.items() if name == "late"] == ["cedar-finch"]
    assert len(sorted_by) == 6 + 3 + 6  # one a column


def test_the_pages_own_policy_lets_its_script_run(tmp_path: Path) -> None:
    page = tmp_path / "comparison.html"
    page.write_text(PAGES["comparison"], "utf-8")
    dom = browse(page, "light", tmp_path / "page.png", 1280, HEIGHT)
    assert dom.count("<button") == 6 + 3 + 6
