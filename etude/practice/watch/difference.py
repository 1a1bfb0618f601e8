"""What a grading brought, beside the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etude.report import CheckResult, Report, Status
from etude.words import counted


@dataclass(frozen=True)
class Difference:
    passing: tuple[CheckResult, ...] = ()  # now, and not before
    failing: tuple[CheckResult, ...] = ()
    points: int = 0

    @classmethod
    def between(cls, before: Report, after: Report) -> Difference:
        """Checks that were not asked for this time (speed checks, say) are left out."""
        earlier = {check.name: check for check in before.checks}
        pairs = [(earlier[check.name], check) for check in after.checks if check.counts and check.name in earlier]
        changed = [(old, new) for old, new in pairs if _passes(old) != _passes(new)]
        return cls(
            tuple(new for _, new in changed if _passes(new)),
            tuple(new for old, new in changed if not _passes(new) and old.counts),
            sum(new.earned - old.earned for old, new in changed),
        )

    def of(self, check: CheckResult) -> str:
        """The mark beside a check's name."""
        if check in self.passing:
            return "now passes"
        return "now fails" if check in self.failing else ""

    def __str__(self) -> str:
        """+2 points: “Large scores give finite probabilities.” now passes"""
        parts = [_told(self.passing, "passes", "pass"), _told(self.failing, "fails", "fail")]
        told = ", ".join(part for part in parts if part)
        if not told:
            return "no check has changed"
        sign = "+" if self.points > 0 else "−" if self.points < 0 else "±"
        return f"{sign}{counted(abs(self.points), 'point')}: {told}"


def _passes(check: CheckResult) -> bool:
    return check.status is Status.PASSED


def _told(checks: Sequence[CheckResult], one: str, many: str) -> str:
    if len(checks) == 1:
        return f"“{checks[0].description}” now {one}"
    return f"{len(checks)} checks now {many}" if checks else ""
