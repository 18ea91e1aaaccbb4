"""What may touch the world and what may not: the clock, the pure floors, the unit tests; read from the code itself."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp

from tests.repo.reading import called, imported, tree_of, used

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "callcenter"
MODULES = sorted(PACKAGE.rglob("*.py"))
UNIT_TESTS = sorted((ROOT / "tests" / "unit").rglob("*.py"))

CLOCK = {
    *(
        f"time.{name}"
        for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "clock_gettime", "clock_gettime_ns")
    ),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
}
HARMLESS = {
    *("__future__", "bisect", "calendar", "codecs", "collections", "csv", "dataclasses", "datetime", "decimal", "enum"),
    *(
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "io",
        "ipaddress",
        "itertools",
        "operator",
        "re",
        "types",
        "typing",
    ),
    *("unicodedata", "urllib.parse", "zlib", "zoneinfo"),
    *("msgspec", "chinese_calendar", "holidays", "xlsxwriter"),
}
"""What a pure module may import that is none of ours."""
ITS_MATTER = {"clock": {"time"}, "sip": {"secrets"}}
"""What some modules are there for; a dialog's tags must be unlike all others in the world."""
ACTING = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint", "codecs.open", "io.open"}
ACTING |= {"io.FileIO", "io.open_code"}
NOT_IMPORTED = {
    "aiosqlite": "SQLAlchemy loads it by the database's address",
    "tzdata": "zoneinfo reads it where the system has no zones",
}
"""Dependencies that no module names, and why they are declared."""


def named_in_makefile(variable: str) -> list[str]:
    found = re.search(rf"^{variable} := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert found is not None
    return found[1].split()


PURE, BOTTOM = named_in_makefile("PURE"), named_in_makefile("BOTTOM")
PURE_MODULES = [
    module for module in MODULES if module.relative_to(PACKAGE).parts[0].removesuffix(".py") in {*PURE, *BOTTOM}
]


def is_zero(call: ast.Call) -> bool:
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_one_module_alone_reads_the_clock() -> None:
    reading = {module: {name for name, _ in used(tree_of(module))} & CLOCK for module in MODULES}
    assert {name_of(module): read for module, read in reading.items() if read and module != PACKAGE / "clock.py"} == {}


def reached_by(module: Path) -> set[str]:
    """Find what a pure module imports that may reach out, and calls that acts."""
    allowed = HARMLESS | ITS_MATTER.get(room_of(module), set())
    ours = {f"callcenter.{room}" for room in (*PURE, *BOTTOM, "locale", "packaged") if room != "clock"}
    harmless = allowed | ours | {"callcenter.__version__"}
    foreign = {
        name for name in imported(tree_of(module)) if not any(f"{name}.".startswith(f"{one}.") for one in harmless)
    }
    return (foreign - {"callcenter", "urllib"}) | ({name for name, _ in called(tree_of(module))} & ACTING)


def test_no_pure_module_imports_what_reaches_out_or_calls_what_acts() -> None:
    assert PURE_MODULES
    assert {name_of(module): found for module in PURE_MODULES if (found := reached_by(module))} == {}


def test_every_line_of_a_pure_module_is_measured() -> None:
    assert [name_of(one) for one in PURE_MODULES if re.search(r"pragma:\s*no", one.read_text("utf-8"))] == []


def test_no_pure_module_reaches_the_log_by_any_way() -> None:
    graph = grimp.build_graph("callcenter", cache_dir=None)
    names = {
        ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for module in PURE_MODULES
    }
    assert [name for name in sorted(names) if "callcenter.logs" in graph.find_upstream_modules(name)] == []


def test_make_pure_runs_what_the_pages_call_pure() -> None:
    contributing = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    gate = re.search(r"`make pure`.*?\n\* ", contributing, re.DOTALL)
    house = re.search(r"^\* (.*?) are pure", contributing, re.MULTILINE)
    picture = re.findall(
        r"^\| `(\w+)` \| .*\(pure\) \|$", (PACKAGE / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE
    )
    assert gate is not None
    assert house is not None
    assert set(re.findall(r"`(\w+)`", gate[0])) == {*PURE, *BOTTOM}
    assert set(re.findall(r"`(\w+)`", house[1])) == set(PURE) == set(picture)


def test_no_unit_test_waits() -> None:
    """What else it must not touch is watched while it runs: `tests/unit/conftest.py`."""
    waits = [
        (name_of(path), call.lineno)
        for path in UNIT_TESTS
        for name, call in called(tree_of(path))
        if name in {"asyncio.sleep", "time.sleep"} and not (name == "asyncio.sleep" and is_zero(call))
    ]
    assert waits == []


def test_every_declared_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["phone"]]
    names = {re.split(r"[\[<>=!~ ]", one)[0].lower() for one in declared}
    of = {top: {one.lower().replace("_", "-") for one in those} for top, those in packages_distributions().items()}
    tops = {name.partition(".")[0] for module in MODULES for name in imported(tree_of(module))} - {
        *sys.stdlib_module_names
    }
    assert names - {name for top in tops for name in of.get(top, ())} == NOT_IMPORTED.keys()
