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

from tests.repo.reading import tree_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "callcenter"
MODULES = sorted(PACKAGE.rglob("*.py"))
MODULE_LINES = 400
FUNCTION_LINES = 40
PACKAGE_FILES = 20
SAYING_NOTHING = {"utils", "util", "helpers", "common", "manager", "base", "misc"}
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


def name_of(module: Path) -> str:
    return str(module.relative_to(ROOT))


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


def test_every_module_says_its_idea() -> None:
    assert [name_of(module) for module in MODULES if not ast.get_docstring(tree_of(module))] == []


def test_modules_and_their_functions_are_small() -> None:
    functions = [
        (name_of(module), node.name, (node.end_lineno or 0) - node.lineno)
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert [name_of(module) for module in MODULES if len(module.read_text().splitlines()) > MODULE_LINES] == []
    assert [found for found in functions if found[2] >= FUNCTION_LINES] == []


def test_every_module_has_a_name_that_says_something() -> None:
    assert [name_of(module) for module in MODULES if {module.stem, module.parent.name} & SAYING_NOTHING] == []


def test_no_package_is_crowded() -> None:
    rooms = Counter(module.parent for module in MODULES)
    del rooms[PACKAGE / "store" / "migrations" / "versions"]  # each change of the schema adds one, for good

    assert {str(room.relative_to(ROOT)): count for room, count in rooms.items() if count > PACKAGE_FILES} == {}


def test_a_name_of_a_class_stands_for_one_thing() -> None:
    found = Counter(
        node.name
        for module in MODULES
        for node in tree_of(module).body
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
