"""Habits that cost us a night elsewhere: swallowed exceptions, sleeping tests, tests that assert nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, calls_of, dotted, python_files, tracked_files, tree_of

BROAD = frozenset({"Exception", "BaseException"})
ASSERTING = re.compile(r"(^|\.|_)(assert|raises|warns|check|verify|expect|agree|must)|^asyncio\.timeout$")
SKIPPING_TS = re.compile(r"\b(?:it|test|describe)\.(?:only|skip|todo)\b")

MARKUP_FROM_TEXT = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|setHTML(?:Unsafe)?|srcdoc)\b"
    r"|document\.write|createContextualFragment|\bDOMParser\b|\beval\(|new Function\("
)

LINES_OF_A_FUNCTION_MAX = 70
NAMES_THAT_SAY_NOTHING = re.compile(r"(?:Manager|Helper|Utils?|Data|Info|Processor)$")


def broad_handlers(tree: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Yield handlers that catch everything and do not raise it again at their end."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        is_broad = any(kind is None or dotted(kind) in BROAD for kind in caught)
        last = node.body[-1]
        if is_broad and not (isinstance(last, ast.Raise) and last.exc is None):
            yield node


def test_no_exception_is_swallowed_broadly() -> None:
    found = [f"{file}:{handler.lineno}" for file in python_files() for handler in broad_handlers(tree_of(file))]
    assert found == [], "name what you catch, or raise it again"


def test_no_test_sleeps() -> None:
    found = [
        f"{file}:{call.lineno}"
        for file in python_files("tests")
        for call, name in calls_of(tree_of(file))
        if name.split(".")[-1] in {"sleep", "wait_for_timeout"}
        and not is_zero(call)
        and call not in calls_in_bounded_polls(tree_of(file))
    ]
    assert found == [], "wait for what you wait for"


def is_zero(call: ast.Call) -> bool:
    """Say whether a sleep only lets others run: `asyncio.sleep(0)`."""
    return [argument.value for argument in call.args if isinstance(argument, ast.Constant)] == [0]


def calls_in_bounded_polls(tree: ast.AST) -> set[ast.Call]:
    """Return the calls inside a `while` inside `async with asyncio.timeout(…)`: looking again, within a limit."""
    return {
        call
        for bound in ast.walk(tree)
        if isinstance(bound, ast.AsyncWith) and any(name == "asyncio.timeout" for _, name in calls_of(bound.items[0]))
        for loop in ast.walk(bound)
        if isinstance(loop, ast.While)
        for call, _ in calls_of(loop)
    }


def test_every_test_asserts_something() -> None:
    idle = [
        f"{file}:{test.lineno} {test.name}"
        for file in python_files("tests")
        for test in functions_in(file)
        if not asserts(test)
    ]
    assert idle == []


def functions_in(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the test functions of one file."""
    if not file.name.startswith("test_"):
        return
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def asserts(test: ast.AST) -> bool:
    """Say whether a test contains an assertion, or calls something that is named after one."""
    has_assert = any(isinstance(node, ast.Assert) for node in ast.walk(test))
    return has_assert or any(ASSERTING.search(name) for _, name in calls_of(test))


def test_no_test_is_switched_off() -> None:
    python = [
        f"{file}:{node.lineno}"
        for file in python_files("tests")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute) and dotted(node) in {"pytest.mark.skip", "pytest.mark.xfail"}
    ]
    pages = [
        str(file)
        for file in tracked_files()
        if file.parts[0] == "web"
        and ".test." in file.name
        and SKIPPING_TS.search((ROOT / file).read_text(encoding="utf-8"))
    ]
    assert python + pages == []


def test_no_page_makes_markup_or_code_of_a_text() -> None:
    pages = [file for file in tracked_files() if file.parts[0] == "web" and file.suffix in {".ts", ".tsx", ".html"}]
    assert len(pages) > 200
    found = [str(file) for file in pages if MARKUP_FROM_TEXT.search((ROOT / file).read_text(encoding="utf-8"))]
    assert found == [], "text goes into the page as text: a child of an element, never markup"


def test_a_function_fits_on_a_screen() -> None:
    long = {
        f"{file}:{node.lineno} {node.name}": lines
        for file in python_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION_MAX
    }
    assert long == {}


def test_names_say_something() -> None:
    empty = [
        f"{file}:{node.lineno} {node.name}"
        for file in python_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef) and NAMES_THAT_SAY_NOTHING.search(node.name)
    ]
    assert empty == []
