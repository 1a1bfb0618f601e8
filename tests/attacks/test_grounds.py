"""That the fixtures of these attacks would notice one that succeeds."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import HONEST, Attack, Ground, Harmless


def test_a_raid_shows_what_was_not_refused(raid: Attack, assert_harmless: Harmless) -> None:
    report = raid({"own file": "open('own', 'w')", "refused": "open('/etc/passwd')"})
    assert "loot: own file" in report.checks[0].output
    assert "refused" not in report.checks[0].output
    with pytest.raises(AssertionError, match="loot"):
        assert_harmless(report)


def test_a_secret_in_a_report_is_noticed(ground: Ground, attack: Attack, assert_harmless: Harmless) -> None:
    with pytest.raises(AssertionError):
        assert_harmless(attack(f"def double(x):\n    raise ValueError({ground.secrets[0]!r})\n"))


def test_a_point_is_noticed(attack: Attack, assert_harmless: Harmless) -> None:
    with pytest.raises(AssertionError):
        assert_harmless(attack(HONEST))


def test_a_file_that_is_left_is_noticed(ground: Ground, attack: Attack, assert_harmless: Harmless) -> None:
    left = ground.home / "etude-left"
    left.mkdir()
    with pytest.raises(AssertionError):
        assert_harmless(attack("def double(x):\n    return x\n"))
    left.rmdir()


def test_every_secret_is_where_it_should_be(ground: Ground) -> None:
    contents = b"".join(path.read_bytes() for path in ground.hidden)
    assert all(contents.count(secret.encode()) >= 1 for secret in ground.secrets)
    assert any(path.suffix == ".pyc" for path in ground.hidden)
