"""The HTML scorecard says what the terminal's says, and nothing of a candidate's becomes a tag or an attribute."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from etude.render.html import report_html
from etude.report import Misconception, Panel, Rationale, Report, Status
from tests.test_render import BROKEN, FULL, LARGE, MIXED

PANELS = (Panel("learning curve, yours", curves={"loss": (3.0, 2.0, 1.5)}),)
MISTAKEN = dataclasses.replace(
    MIXED, misconception=Misconception("whole", "One maximum is enough.", "Give each slice its own.", "One maximum.")
)
TAGS = {"dd", "details", "div", "dl", "dt", "footer", "header", "img", "p", "pre", "span", "strong", "style", "summary"}
ATTRIBUTES = {"alt", "aria-label", "class", "open", "role", "src"}
# One of everything: tags, an attribute's end, entities, a template's, a comment's and a style's syntax, ANSI escapes,
# NUL, bidirectional overrides, a lone surrogate.
NASTY = (
    "</pre></style></div><script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover=\"alert(2)' onfocus='x "
    "&lt;b&gt; {{ 7 * 7 }} {% raw %} <!-- ]]> javascript:alert(3) \x1b[2J\x1b]0;title\x07 \x00 "
    "\u202eback\u2066 \ud800 \x85"
)


class Read(HTMLParser):
    """The tags, attributes and text of a fragment, as a browser would take them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.mark.parametrize("report", [MIXED, FULL, BROKEN, MISTAKEN, MIXED.for_exam()])
def test_well_formed_and_of_plain_parts(report: Report) -> None:
    read = Read(report_html(report))
    assert read.open == []
    assert read.tags <= TAGS
    assert set(read.attributes) <= ATTRIBUTES


def test_everything_there_is_to_say() -> None:
    read = Read(report_html(MISTAKEN))
    for said in (
        "softmax answers/softmax.py kernel isolation · cpu · seed 1234567",
        "✓ Each slice sums to one, along the last axis and any other. 2/2 2.00 ms",
        "✗ float32 stays float32. 0/1 900 µs The dtype is float64. given softmax(array of shape (4, 7), float32)",
        "returned float64 wanted float32 help Do the arithmetic in the input's dtype.",
        "difference first at (0, 0): nan where 1.0 was wanted; largest error inf printed overflow!",
        "your code softmax.py, line 14, in softmax",
        "– The gradient is right. 0/2 test_large did not pass.",
        "2.31 times the reference's time, at most 3 allowed",
        "– The same on a GPU. n/a",
        "This looks like a known fault: One maximum. Belief: One maximum is enough. Advice: Give each slice its own.",
        "4 of 10 points 40% 1.52 s",
    ):
        assert said in read.text
    assert {"passed", "failed", "error", "skipped"} <= read.attributes["aria-label"]  # not by colour alone
    assert "full marks" in Read(report_html(FULL)).text


def test_an_answer_that_could_not_be_loaded() -> None:
    text = Read(report_html(BROKEN)).text
    assert "The answer could not be loaded, and no check was run. SyntaxError: '(' was never closed your code" in text
    assert "The gradient is right" not in text


def test_exam_feedback_withholds() -> None:
    html = report_html(dataclasses.replace(MISTAKEN, checks=(dataclasses.replace(LARGE, figure=PANELS),)).for_exam())
    for secret in ("1234567", "overflow", "Subtract", "One maximum", "data:image"):
        assert secret not in html.partition("</style>")[2]


def test_nothing_of_the_candidates_is_obeyed() -> None:
    pytest.importorskip("matplotlib")
    rationale = Rationale(NASTY, NASTY, NASTY, NASTY, NASTY, NASTY)
    figure = (dataclasses.replace(PANELS[0], title=NASTY, curves={NASTY: (1.0, 2.0)}),)
    check = dataclasses.replace(
        LARGE, name=NASTY, description=NASTY, rationale=rationale, help=NASTY, output=NASTY, figure=figure
    )
    skipped = dataclasses.replace(check, status=Status.SKIPPED)
    nasty = dataclasses.replace(
        MIXED, exercise=NASTY, submission=NASTY, device=NASTY, checks=(check, skipped),
        isolation=dataclasses.replace(MIXED.isolation, level=NASTY, lacks=(NASTY,)),
        misconception=Misconception(NASTY, NASTY, NASTY, NASTY),
    )  # fmt: skip
    for report in (nasty, dataclasses.replace(nasty, problem=rationale)):
        html = report_html(report)
        read = Read(html)
        assert read.open == []
        assert read.tags <= TAGS
        assert set(read.attributes) <= ATTRIBUTES
        assert all(source.startswith("data:image/png;base64,") for source in read.attributes.get("src", ()))
        assert html.count("<style>") == html.count("</style>") == 1
        assert not set(html) & {"\x1b", "\x07", "\x00", "\u202e", "\u2066", "\ud800", "\x85"}
        assert "<script>alert(1)</script>" in read.text  # shown, and not obeyed
        assert r"\x1b[2J" in read.text
        assert "{{ 7 * 7 }}" in read.text


def test_styles_touch_nothing_else() -> None:
    html = report_html(MIXED)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{", style):
        for selector in selectors.split(";")[-1].split(","):
            assert ".etude-scorecard" in selector or selector.strip().startswith(("@media", "(prefers")), selector
    assert not re.search(r"url\(|@import|https?:", html)  # nothing is fetched
    assert "prefers-color-scheme: dark" in style


def test_a_figure_is_a_picture_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    report = dataclasses.replace(MIXED, checks=(dataclasses.replace(LARGE, figure=PANELS),))
    read = Read(report_html(report))
    (source,) = read.attributes["src"]
    assert source.startswith("data:image/png;base64,iVBOR")  # a PNG's first bytes
    assert read.attributes["alt"] == {"learning curve, yours"}
    monkeypatch.setattr("etude.render.html.missing_extras", lambda extras: ("plots",))
    assert "<img" not in report_html(report)


def test_values_are_bounded() -> None:
    rationale = dataclasses.replace(LARGE.rationale or Rationale(""), returned="1\n" * 10_000)
    report = dataclasses.replace(MIXED, checks=(dataclasses.replace(LARGE, rationale=rationale, output="x" * 100_000),))
    assert len(report_html(report)) < 30_000


def test_no_framework_is_imported() -> None:
    code = "import sys, etude.render.html; print({'numpy', 'matplotlib', 'torch', 'IPython'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
