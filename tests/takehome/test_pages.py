"""What a hiring team reads of a take-home test says what is known, and obeys nothing that a candidate wrote."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from etude.batch.similarity import CAUTION
from etude.render.marked_code import MOST_LINES, MOST_NOTES
from etude.render.takehome_comparison import comparison_csv, comparison_page
from etude.render.takehome_feedback import feedback_page
from etude.render.takehome_page import MOST_EVENTS, candidate_page
from etude.report import NOT_YET, Category, CheckResult, Rationale, Status
from etude.takehome.dossier import Dossier, Event
from tests.takehome.dossiers import (
    ALL,
    BEGUN,
    COPIED,
    EXCELLENT,
    HOSTILE,
    LATE,
    NASTY,
    NOTHING,
    PARTIAL,
    SEED,
    SOFTMAX,
    TAMPERED,
    TITLE,
    dossier,
    result,
)
from tests.takehome.page_reader import Read

TAGS = {
    "a", "body", "button", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "footer", "h1", "h2", "h3",
    "head", "header", "html", "i", "img", "li", "main", "meta", "p", "pre", "script", "section", "span", "strong",
    "style", "summary", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "alt", "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "colspan", "content", "data-first",
    "data-value", "href", "http-equiv", "id", "lang", "name", "open", "role", "rowspan", "scope", "src", "style",
    "tabindex",
}  # fmt: skip


def page_of(found: Dossier) -> str:
    return f"candidates/{re.sub('[^a-z-]', '', found.candidate)}.html"


def pages(*dossiers: Dossier) -> Iterator[str]:
    yield comparison_page(dossiers[-1].title, dossiers, page_of)
    for each in dossiers:
        yield candidate_page(each)
        yield feedback_page(each)


def said(found: Dossier) -> str:
    return Read(candidate_page(found)).text


def test_a_candidates_page_says_all_there_is_to_say() -> None:
    text = said(PARTIAL)
    for part in (
        f"{TITLE} blue-crane 20 of 33 points · 60%",
        "Time used 82 min of 90 min allowed",
        "python 3.12.1, numpy 2.1.0",
        "correctness the right values 6 of 9",
        "by the candidate’s own clock",
        "1:10:00 55 min, long check softmax: 4 of 4 passed, backprop: 5 of 5 passed",
        "up to 3 times earns half. 2.31 2.17 to 2.47 1.5 12.2 ms 5.30 ms",
        "An axis that is not there raises ValueError.",
        "help Look before you index.",
        "This looks like a known fault: Exponentiates as it stands.",
        "A good answer: No: where a probability underflows",
    ):
        assert part in text
    assert str(SEED) not in candidate_page(PARTIAL)  # it is everyone's


def test_what_a_person_must_weigh_stands_first() -> None:
    text = said(TAMPERED).partition("Time used")[0]
    assert "the journal is damaged at line 4" in text
    assert "Backpropagation by hand: not graded : backprop.py: is empty: hand in your answer" in text
    assert "The area under the ROC curve: no answer was handed in. It counts as 0 of 11 points." in text
    assert "11 of 33 points · 33%" in text
    assert "Late by 12 min" in said(LATE).partition("Time used")[0]
    assert "weigh" not in said(EXCELLENT)
    assert "0 of 33 points" in said(NOTHING)
    assert "No score : nothing was graded" in said(replace(NOTHING, points={}))


def test_similar_answers_are_flagged_with_their_caution_and_not_scored() -> None:
    text = said(COPIED)
    assert CAUTION in text
    assert "With blue-crane : 84% of what is this answer’s own (lines 6–9, 11)" in text
    assert "similar to another candidate’s answer" in text.partition("Time used")[0]
    assert said(replace(COPIED, pairs=())).count("16 of 33 points") == text.count("16 of 33 points") == 1


def test_a_line_that_a_failed_checks_traceback_names_is_marked_and_says_which_check() -> None:
    html = candidate_page(PARTIAL)
    (marked,) = re.findall(
        r'<div class="ln failed" id="line-1-8"><span>8</span>.*?</div></div>', html.partition('"exercise-2">')[0]
    )
    assert "size = x.shape[axis]" in marked
    assert '<a href="#checks-1">An axis that is not there raises ValueError.</a>' in marked
    read = Read(html)
    targets = {href.removeprefix("#") for href in read.attributes["href"]}
    assert targets <= set(read.attributes["id"])
    assert 'class="ln failed"' not in candidate_page(EXCELLENT)


def test_a_line_on_the_way_there_points_to_the_line_that_failed() -> None:
    why = Rationale("your code raised ValueError", traceback="softmax.py:3 in f\n    g()\nsoftmax.py:8 in g\n    h()")
    check = CheckResult("test_x", "It works.", Category.CORRECTNESS, 1, Status.ERROR, 0.1, why)
    html = candidate_page(dossier("ann", result("ann", SOFTMAX, [check])))
    assert '↳ calls <a href="#line-1-8">line 8</a>, where checks failed' in html.partition('id="line-1-3"')[2]
    assert html.count(">It works.</a>") == 1


def test_a_stub_is_not_drowned_in_notes() -> None:
    why = Rationale(NOT_YET, traceback="softmax.py:3 in softmax\n    raise NotImplementedError")
    stub = CheckResult("test_x", "It works.", Category.CORRECTNESS, 1, Status.FAILED, 0.1, why)
    html = candidate_page(dossier("ann", result("ann", SOFTMAX, [stub] * 10)))
    assert html.count('<div class="note">') == MOST_NOTES + 1
    assert "and 7 more checks" in html


def test_long_answers_and_journals_are_cut_and_say_so() -> None:
    long = replace(result("ann", SOFTMAX, ()), source="x = 1\n" * (MOST_LINES + 5) + "y" * 10_000)
    events = tuple(Event(BEGUN + timedelta(seconds=n), "check", "") for n in range(MOST_EVENTS + 3))
    html = candidate_page(replace(dossier("ann", long), events=events))
    assert "6 more lines left out." in html
    assert "3 more lines of the journal left out." in html
    assert "y" * 500 not in html


def test_a_clock_that_was_set_back_is_said() -> None:
    assert "the clock went back 60 min" in said(HOSTILE)


def test_the_comparison_has_a_row_a_candidate_and_flags_in_words() -> None:
    html = comparison_page(TITLE, ALL, page_of)
    text = Read(html).text
    assert html.count("<tr>") == 2 + len(ALL)
    assert '<a href="candidates/amber-heron.html">amber-heron</a>' in html
    assert "amber-heron 33 100% 64 min no none 11 11 11 100%" in text
    assert "cedar-finch 27 81% 102 min by 12 min none" in text
    assert "dusky-plover 16 48% 31 min no softmax: similar answer" in text
    assert "ember-swift 11 33% 88 min no 2 remarks; backprop: not graded; roc_auc: no answer 11 – –" in text
    assert "Nobody has handed in anything yet." in comparison_page(TITLE, [], page_of)


def test_the_comparison_runs_our_script_and_no_other() -> None:
    html = comparison_page(TITLE, ALL, page_of)
    (script,) = Read(html).scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe-inline" not in policy.partition("script-src")[2]


def test_the_csv_has_the_same_figures() -> None:
    rows = {row["candidate"]: row for row in csv.DictReader(io.StringIO(comparison_csv(ALL)))}
    late = rows["cedar-finch"]
    assert [late[each] for each in ("total", "maximum", "percent", "minutes used", "late minutes")] == [
        "27", "33", "81.8", "102.5", "13",
    ]  # fmt: skip
    assert [late[each] for each in ("softmax", "backprop", "roc_auc", "speed share")] == ["11", "9", "7", "0.833"]
    tampered = rows["ember-swift"]
    assert [tampered[each] for each in ("total", "maximum", "backprop", "remarks")] == ["11", "33", "", "2"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " ="])
def test_no_name_is_a_formula_in_a_spreadsheet(start: str) -> None:
    text = comparison_csv([replace(EXCELLENT, candidate=f'{start}HYPERLINK("x")')])
    (row,) = csv.DictReader(io.StringIO(text))
    assert not row["candidate"].lstrip().startswith(("=", "+", "-", "@"))
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


def test_nothing_of_the_candidates_is_obeyed() -> None:
    comparison, *others = pages(EXCELLENT, HOSTILE)
    assert len(Read(comparison).scripts) == 1
    for html in (comparison, *others):
        read = Read(html)
        assert read.open == []
        assert set(read.tags) <= TAGS
        assert set(read.attributes) <= ATTRIBUTES
        assert all(re.fullmatch(r"#[\w-]+|candidates/[\w-]+\.html", href) for href in read.attributes.get("href", ()))
        assert all(src.startswith("data:image/png;base64,") for src in read.attributes.get("src", ()))
        assert all(re.fullmatch(r"(width|left): [\d.]+%", style) for style in read.attributes.get("style", ()))
        assert read.scripts == [] or html is comparison
        assert not set(html) & {"\x1b", "\x07", "\x00", "\u202e", "\u2066", "\ud800", "\x85", "\x0c"}
        html.encode()
    for html in (comparison, *others[2:]):
        text = Read(html).text
        assert "<script>window.owned = 1</script>" in text  # shown, and not obeyed
        assert r"\x1b[2J" in text
        assert "{{ 7 * 7 }}" in text
    assert NASTY not in comparison_csv(ALL)


def test_nothing_is_fetched() -> None:
    for html in pages(*ALL[:-1]):
        assert "default-src 'none'" in html.partition("<style>")[0]
        assert not re.search(r"url\(|@import|https?:|<link|<iframe|<object", html)


def test_what_is_folded_away_is_printed() -> None:
    printed = candidate_page(PARTIAL).partition("@media print")[2]
    assert "details::details-content { content-visibility: visible; block-size: auto }" in printed


def test_without_copydetect_there_are_pages_too() -> None:
    code = "import sys; sys.modules['copydetect'] = None; from etude.render import takehome_page, takehome_comparison"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_headings_come_in_order() -> None:
    for html in pages(*ALL):
        levels = [int(tag[1]) for tag in Read(html).tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(level <= before + 1 for before, level in pairwise(levels))


def test_every_table_names_its_columns() -> None:
    for html in pages(*ALL):
        assert html.count("<th ") == len(re.findall(r'<th scope="(?:col|row|colgroup)"', html))
