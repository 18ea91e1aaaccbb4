"""The house keeps its own rules: floors, sizes, docstrings, what lies at the top, and no address of a registry."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "callcenter"
MODULES = sorted(PACKAGE.rglob("*.py"))
MODULE_LINES = 400
FUNCTION_LINES = 40
PACKAGE_FILES = 20
UNTRUSTED = re.compile(r"isprintable|-\\x1f|\bunicodedata\.category\(")
READS_NUMBERS = PACKAGE / "numbers.py"
"""A number is read sign by sign: what parts it is dropped, a dash is any dash."""
TOP = {
    "pyproject.toml",
    "callcenter",
    "dialplans",
    "metrics",
    "docker",
    "tests",
    "README.md",
    "README.zh-CN.md",
    "requirements.lock",
    "Makefile",
    "LICENSE",
    "CHANGELOG.md",
}
# written in pieces, or this file would name them itself
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("registry", "npmmirror", "com"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("tuna", "tsinghua"),
        ("mirrors", "aliyun"),
    )
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_floors_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph("callcenter", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    assert [*TopologicalSorter(imports).static_order()]  # a circle raises CycleError, which names it


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_its_idea(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text()))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_and_its_functions_are_small(module: Path) -> None:
    text = module.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert len(text.splitlines()) <= MODULE_LINES
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= FUNCTION_LINES] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_has_a_name_that_says_something(module: Path) -> None:
    assert {module.stem, module.parent.name} & {
        "utils",
        "util",
        "helpers",
        "common",
        "manager",
        "base",
        "misc",
    } == set()


def test_no_package_is_crowded() -> None:
    rooms = Counter(module.parent for module in MODULES)

    assert {str(room.relative_to(ROOT)): count for room, count in rooms.items() if count > PACKAGE_FILES} == {}


def test_a_name_of_a_class_stands_for_one_thing() -> None:
    found = Counter(
        node.name
        for module in MODULES
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert [name for name, count in found.items() if count > 1] == []


def test_one_module_tells_what_acts_in_a_text() -> None:
    telling = {module for module in MODULES if UNTRUSTED.search(module.read_text())}
    assert telling == {PACKAGE / "untrusted.py", READS_NUMBERS}


def test_top_of_the_house_is_tidy() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}

    assert {name for name in tops if not name.startswith(".")} <= TOP


def test_no_file_names_a_package_registry() -> None:
    found = [
        (str(path.relative_to(ROOT)), host)
        for path in tracked()
        for host in HOSTS
        if host.encode() in path.read_bytes()
    ]

    assert found == []
