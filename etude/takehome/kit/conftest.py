"""Loads the answers for test_contract.py and the examples in questions/, and tells takehome.py each outcome."""

from __future__ import annotations

import ast
import builtins
import contextlib
import doctest
import functools
import importlib
import importlib.util
import io
import json
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent.parent
LIBRARIES = {"np": "numpy", "numpy": "numpy", "torch": "torch", "tf": "tensorflow", "keras": "keras"}


@dataclass(frozen=True)
class Exercise:
    id: str
    entry_points: tuple[str, ...]
    banned: tuple[str, ...]
    requires: tuple[str, ...]

    @property
    def path(self) -> Path:
        return HERE / "answers" / f"{self.id}.py"

    @property
    def stub(self) -> ast.Module:
        """As it came; the answer is what has become of its copy."""
        return ast.parse((HERE / "checks" / "stubs" / f"{self.id}.py").read_text("utf-8"))

    @property
    def libraries(self) -> dict[str, str]:
        """The names that examples may use without importing them -> modules."""
        wanted = {"numpy", *self.requires} | ({"keras"} if "tensorflow" in self.requires else set())
        return {name: module for name, module in LIBRARIES.items() if module in wanted}


@dataclass(frozen=True)
class Answer:
    """An answer, loaded once; `problem` says in a line why it could not be."""

    module: ModuleType | None
    printed: str = ""
    problem: str = ""


@functools.cache
def exercises() -> dict[str, Exercise]:
    about = json.loads((HERE / "invitation.json").read_text("utf-8"))
    lists = ("entry_points", "banned", "requires")
    return {one["id"]: Exercise(one["id"], *(tuple(one[name]) for name in lists)) for one in about["exercises"]}


@functools.cache
def load(name: str) -> Answer:
    path, printed = exercises()[name].path, io.StringIO()
    spec = importlib.util.spec_from_file_location(f"answer_{name}", path)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    try:
        with contextlib.redirect_stdout(printed):
            spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() included
        return Answer(None, printed.getvalue(), f"cannot be loaded: {where(error, path)}{one_line(error)}")
    return Answer(module, printed.getvalue())


def unreadable(name: str) -> str:
    """Why the answer is no Python at all; empty where it is."""
    path, shown = exercises()[name].path, f"answers/{name}.py"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except OSError:
        return f"there is no {shown}"
    except SyntaxError as error:
        return f"{shown} line {error.lineno}: {error.msg}" if error.lineno else f"{shown}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"{shown}: {one_line(error)}"
    return ""


def where(error: BaseException, path: Path) -> str:
    """The line of the answer that an exception came through last."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"line {lines[-1]}: " if lines else ""


def one_line(error: BaseException) -> str:
    text = (error.msg if isinstance(error, SyntaxError) else str(error)).strip().split("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def unimplemented(name: str) -> set[str]:
    """The entry points whose body, or whose method's, is still `raise NotImplementedError`."""
    try:
        body = ast.parse(exercises()[name].path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return set()
    found = {node.name: node for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return {entry for entry in exercises()[name].entry_points if entry in found and _raises(found[entry])}


def _raises(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(_raises(inner) for inner in node.body)
    if not isinstance(node, ast.FunctionDef) or not isinstance(node.body[-1], ast.Raise):
        return False
    raised = node.body[-1].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


# --- Which checks there are, and what each has in its hands -----------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Once for each exercise that was chosen; `entry_point` once for each of its entry points, too."""
    chosen = [one for one in exercises().values() if one.id in chosen_ids(metafunc.config)]
    if "entry_point" in metafunc.fixturenames:
        pairs = [(one, entry) for one in chosen for entry in one.entry_points]
        metafunc.parametrize(("exercise", "entry_point"), pairs, ids=[f"{one.id}-{entry}" for one, entry in pairs])
    else:
        metafunc.parametrize("exercise", chosen, ids=[one.id for one in chosen])


def chosen_ids(config: pytest.Config) -> set[str]:
    return {Path(argument).stem for argument in config.args if argument.endswith(".md")} or set(exercises())


@pytest.fixture
def answer(exercise: Exercise) -> Answer:
    return load(exercise.id)


class Plugin:
    """Not part of the conftest itself, whose fixtures would not reach questions/."""

    def __init__(self, report: str | None) -> None:
        self.report = Path(report) if report else None

    @pytest.fixture(autouse=True)
    def _names_of_the_example(self, request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
        name = exercise_of(request.node)
        if problem := unreadable(name):
            pytest.fail(problem, pytrace=False)
        if unimplemented(name) == set(exercises()[name].entry_points):
            pytest.fail("not implemented yet", pytrace=False)
        if not hasattr(request.node, "dtest"):
            return
        module = load(name).module
        if module is None:
            pytest.fail("the answer cannot be loaded", pytrace=False)
        doctest_namespace.clear()
        for short, library in exercises()[name].libraries.items():
            doctest_namespace[short] = importlib.import_module(library)
        doctest_namespace.update((key, value) for key, value in vars(module).items() if not key.startswith("__"))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What has nothing to look at is left out, and examples are made comparable."""
        for item in items:
            if hasattr(item, "dtest"):
                prepare(item.dtest, exercises()[exercise_of(item)])
                item.runner._checker = SameValues(item.runner._checker)  # type: ignore[attr-defined]
        items[:] = [item for item in items if has_something_to_check(item)]
        for item in items:
            self._tell(item, passed=False, message="not run")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        outcome: Any = yield
        report = outcome.get_result()
        if call.excinfo is not None:
            self._tell(item, passed=False, message=explained(item, call.excinfo.value, report.longreprtext))
        elif report.when == "call":
            self._tell(item, passed=True, message="")

    def _tell(self, item: pytest.Item, passed: bool, message: str) -> None:
        line = {"exercise": exercise_of(item), "what": what(item), "passed": passed, "message": message}
        if self.report:
            with self.report.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--report", metavar="FILE", help="where takehome.py reads what each check came to")


def pytest_configure(config: pytest.Config) -> None:
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]  # an answer stands alone
    config.pluginmanager.register(Plugin(config.getoption("--report")), "takehome")


def exercise_of(item: pytest.Item) -> str:
    return item.path.stem if hasattr(item, "dtest") else item.callspec.params["exercise"].id  # type: ignore[attr-defined]


def has_something_to_check(item: pytest.Item) -> bool:
    if hasattr(item, "dtest"):
        return any(not example.options.get(doctest.SKIP) for example in item.dtest.examples)
    return item.originalname != "test_bans" or bool(exercises()[exercise_of(item)].banned)  # type: ignore[attr-defined]


def what(item: pytest.Item) -> str:
    """A line for the candidate: the check's docstring."""
    if hasattr(item, "dtest"):
        return f"gives what the examples in questions/{item.path.name} show"
    entry_point = item.callspec.params.get("entry_point", "")  # type: ignore[attr-defined]
    return str(item.function.__doc__).format(entry_point=entry_point)  # type: ignore[attr-defined]


# --- Examples ---------------------------------------------------------------------------------------------------------


class SameValues(doctest.OutputChecker):
    """`array(0.5)`, `np.float64(0.5)` and `0.5` are the same to an example, and so are `[ 0., 1.]` and `[-0., 1.]`."""

    def __init__(self, inner: doctest.OutputChecker) -> None:
        self.inner = inner

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        same = self.inner.check_output
        return same(want, got, optionflags) or same(_undressed(want), _undressed(got), optionflags)


def _undressed(text: str) -> str:
    text = re.sub(r"\b(?:np\.\w+|array)\(([-+.\w]+)(?:, dtype=\w+)?\)", r"\1", text)
    return re.sub(r"(?<=\[)\s+|\s+(?=[],])", "", text)


def prepare(test: doctest.DocTest, exercise: Exercise) -> None:
    """An example that speaks of things which nothing defines (`model`, `loader`) is a sketch: shown, but not run."""
    defined = {*dir(builtins), *exercise.entry_points, *exercise.libraries, *_bound(exercise.stub)}
    for example in test.examples:
        example.want = example.want.split("```")[0]  # the block's end is no output
        try:
            tree = ast.parse(example.source)
        except SyntaxError:
            continue  # to be shown as the fault that it is
        defined |= _bound(tree)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        example.options[doctest.SKIP] = not used <= defined


def _bound(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
    return found


def explained(item: pytest.Item, error: BaseException, otherwise: str) -> str:
    """What failed, without a wall of traceback."""
    failures = getattr(error, "failures", [error])  # of a doctest there may be several
    shown = [_failed_example(item, each) for each in failures if hasattr(each, "example")]
    return "\n".join(shown) or otherwise.strip() or one_line(error)


def _failed_example(item: pytest.Item, failure: Any) -> str:
    example = failure.example
    lines = [f"line {example.lineno + 1}: >>> {example.source.rstrip()}".replace("\n", "\n... ")]
    if isinstance(failure, doctest.UnexpectedException):
        error = failure.exc_info[1]
        if isinstance(error, NotImplementedError):
            return f"{lines[0]}\nnot implemented yet"
        place = where(error, exercises()[exercise_of(item)].path)
        return (
            f"{lines[0]}\nraised, in the answer's {place}{one_line(error)}"
            if place
            else f"{lines[0]}\n{one_line(error)}"
        )
    return "\n".join([*lines, "expected:", _indented(example.want), "got:", _indented(failure.got or "nothing")])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())
