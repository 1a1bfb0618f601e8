"""What the pages of a take-home test share: escaping, a policy that lets nothing in, shares and times in words."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from etude.render.pages import environment
from etude.render.terminal import duration, percent
from etude.render.visible import visible
from etude.report import Category, CheckResult, Report
from etude.takehome.dossier import Dossier

MEANINGS = {
    Category.CONTRACT: "names, types and shapes as asked",
    Category.CORRECTNESS: "the right values",
    Category.GRADIENT: "the right derivatives",
    Category.STABILITY: "extreme numbers, NaN, overflow",
    Category.RULES: "nothing used that was ruled out",
    Category.ERRORS: "invalid input refused as asked",
    Category.SPEED: "time and memory",
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_CODE, _STRESS = re.compile(r"`([^`]+)`"), re.compile(r"(?<![\w*])\*(\w[^*`<]*\w)\*(?![\w*])")


@dataclass(frozen=True)
class Share:
    """Points of some checks: of an exercise, or of a category."""

    earned: int
    maximum: int

    @classmethod
    def of(cls, checks: Iterable[CheckResult]) -> Share:
        found = list(checks)
        return cls(sum(check.earned for check in found), sum(check.maximum for check in found))

    @property
    def fraction(self) -> float:
        return self.earned / self.maximum if self.maximum else 0.0


def reports(dossier: Dossier) -> list[Report]:
    return [result.report for result in dossier.results.values() if result.report]


def by_category(graded: Sequence[Report]) -> dict[Category, Share]:
    """Over these exercises; only categories that have points in them."""
    checks = [check for report in graded for check in report.checks]
    shares = {category: Share.of(check for check in checks if check.category is category) for category in Category}
    return {category: share for category, share in shares.items() if share.maximum}


def span(time: timedelta) -> str:
    """A length of time, as people say it: 40 s, 82 min, 5 h 12 min, 3 d 4 h."""
    seconds = max(int(time.total_seconds()), 0)
    minutes, hours = seconds // 60, seconds // 3600
    if not minutes:
        return f"{seconds} s"
    if hours < 3:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def prose(text: str) -> Markup:
    """What stands between backticks as code, between asterisks as stress."""
    safe = str(escape(visible(text)))
    return Markup(_STRESS.sub(r"<em>\1</em>", _CODE.sub(r"<code>\1</code>", safe)))


def render(template: str, script: str = "", **context: Any) -> str:
    """A page that runs `script` and nothing else, and fetches nothing."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"{_POLICY}; script-src 'sha256-{digest}'" if script else _POLICY
    return _pages().get_template(template).render(script=Markup(script), policy=Markup(policy), **context)


def source(name: str) -> str:
    """The text of a file among the templates."""
    loader = _pages().loader
    assert loader is not None
    return loader.get_source(_pages(), name)[0]


@cache
def _pages() -> Environment:
    found = environment(finalize=_finalize, percent=percent, span=span, duration=duration, prose=prose)
    found.globals["meanings"] = MEANINGS
    return found


def _finalize(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
