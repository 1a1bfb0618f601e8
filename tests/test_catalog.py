"""Finding exercises, and what is said of a bank that has a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.errors import CatalogError
from etude.exercise import Framework, Level

MINI = Path(__file__).parent / "fixtures" / "mini_bank"
GOOD = """\
title = "Twice"
level = "core"
framework = "numpy"
entry_points = ["twice"]
preload = ["numpy"]
"""


def add(bank: Path, name: str, text: str = GOOD, chapter: str = "q01_basics") -> Path:
    path = bank / "exercises" / chapter / name / "exercise.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_mini_bank() -> None:
    catalog = Catalog.load([MINI])
    assert {"double", "mean"} <= {exercise.id for exercise in catalog}
    double = catalog.get("double")
    assert (double.level, double.framework, double.minutes) == (Level.WARM_UP, Framework.NUMPY, 10)
    assert double.entry_points == ("double",)
    assert len(double.hints) == 3
    assert double.chapter_title == "Q1 Basics"
    for path in (double.prompt_path, double.stub_path, double.solution_path, double.grader_path):
        assert path.is_file()


def test_shipped_bank_is_the_checkout() -> None:
    assert shipped_bank() == Path(__file__).resolve().parents[1]


def test_every_shipped_exercise_is_valid() -> None:
    assert len([*Catalog.load([shipped_bank()])]) > 0


def test_order_is_chapter_then_level_then_id(tmp_path: Path) -> None:
    add(tmp_path, "zebra", chapter="q02_more")
    add(tmp_path, "b")
    add(tmp_path, "a")
    add(tmp_path, "z", GOOD.replace("core", "warm-up"))
    assert [exercise.id for exercise in Catalog.load([tmp_path])] == ["z", "a", "b", "zebra"]


def test_banks_stand_beside_each_other_and_one_counts_once(tmp_path: Path) -> None:
    add(tmp_path, "twice")
    catalog = Catalog.load([MINI, tmp_path, MINI / ".." / "mini_bank"])
    assert catalog.ids == sorted([*Catalog.load([MINI]).ids, "twice"])
    assert len(catalog) == len(catalog.ids)
    assert catalog.get("twice").bank == tmp_path.resolve()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("doubel", "doubel: no exercise of that name: did you mean double?"),
        ("Double", "did you mean double?"),
        ("xyzzy", "xyzzy: no exercise of that name: `etude list` shows them all"),
        ("../double", "no exercise of that name"),
    ],
)
def test_unknown_name(name: str, said: str) -> None:
    with pytest.raises(CatalogError) as raised:
        Catalog.load([MINI]).get(name)
    assert said in str(raised.value)


def test_two_of_one_name(tmp_path: Path) -> None:
    add(tmp_path, "double")
    with pytest.raises(CatalogError, match=r"'double' is already the name of .*: rename one"):
        Catalog.load([MINI, tmp_path])


def test_a_mistake_elsewhere_is_not_in_the_way(tmp_path: Path) -> None:
    add(tmp_path, "good")
    add(tmp_path, "bad", "title = ")
    catalog = Catalog.load([tmp_path])
    assert catalog.get("good").title == "Twice"
    with pytest.raises(CatalogError, match=r"bad/exercise\.toml: is not TOML"):
        list(catalog)


def test_not_a_bank(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is not a bank: it has no folder 'exercises'"):
        Catalog.load([tmp_path])
    with pytest.raises(CatalogError, match="is not a bank"):
        Catalog.load([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("chapter", "name", "said"),
    [
        ("activations", "twice", "'activations' is not a chapter's name"),
        ("q1_basics", "twice", "not a chapter's name"),
        ("q01_basics", "two-times", "'two-times' is not a Python identifier"),
        ("q01_basics", "lambda", "not a Python identifier"),
    ],
)
def test_folder_names(tmp_path: Path, chapter: str, name: str, said: str) -> None:
    add(tmp_path, name, chapter=chapter)
    with pytest.raises(CatalogError, match=said):
        Catalog.load([tmp_path])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "colour = 1\n", "unknown key 'colour': the keys are title, level"),
        ('title = "Twice"\n', "", "'title' missing: add a line `title = …`"),
        ('"Twice"', '""', "title is '': write one line of text"),
        ('"Twice"', '"a\\u001b[31m"', "title is"),
        ('"core"', '"easy"', "level is 'easy': write one of warm-up, core, deep, stretch"),
        ('"core"', "[]", r"level is \[\]"),
        ('framework = "numpy"', 'framework = "jax"', "framework is 'jax': write one of numpy, torch, tensorflow"),
        ('["twice"]', "[]", "entry_points is empty"),
        ('["twice"]', '"twice"', "entry_points is 'twice': write a list"),
        ('["twice"]', '["two times"]', "entry_points holds 'two times', which is not a Python identifier"),
        ('["numpy"]', '["numpy; x"]', "preload holds 'numpy; x'"),
        ('["numpy"]', "[1]", r"preload is \[1\]"),
        ("", 'extras = ["scipy"]\n', "extras holds 'scipy', which étude does not have: choose among torch"),
        ("", 'banned = ["a b"]\n', "banned holds 'a b'"),
        ("", "call_seconds = 0\n", "call_seconds is 0: write a number of seconds above 0"),
        ("", "call_seconds = true\n", "call_seconds is True"),
        ("", "total_seconds = nan\n", "total_seconds is nan"),
        ("", 'hints = "one"\n', "hints is 'one'"),
    ],
)
def test_mistakes_in_metadata(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = add(tmp_path, "twice", GOOD.replace(old, new) if old else GOOD + new)
    with pytest.raises(CatalogError, match=said) as raised:
        Catalog.load([tmp_path]).get("twice")
    assert raised.value.subject == str(path)
    assert "\n" not in str(raised.value)


def test_optional_keys(tmp_path: Path) -> None:
    add(
        tmp_path,
        "twice",
        GOOD + 'banned = ["torch.nn.Dropout*", "torch.*dropout*", "scipy"]\nextras = ["sklearn"]\ncall_seconds = 2\n',
    )
    exercise = Catalog.load([tmp_path]).get("twice")
    assert exercise.banned == ("torch.nn.Dropout*", "torch.*dropout*", "scipy")
    assert exercise.required_extras == ("sklearn",)
    assert exercise.call_seconds == 2.0


def test_metadata_that_is_not_text(tmp_path: Path) -> None:
    add(tmp_path, "twice").write_bytes(b"title = '\xff'")
    with pytest.raises(CatalogError, match="is not UTF-8: save it as UTF-8"):
        Catalog.load([tmp_path]).get("twice")
