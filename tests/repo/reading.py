"""What a module's code uses, read as Python reads it: an alias is followed to what it stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_bytes())


def imported(tree: ast.AST) -> set[str]:
    """Name every module that is imported, wherever in the code; of `from a import b` both `a` and `a.b`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def used(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each name and attribute with what it stands for: `t.time` is `time.time` after `import time as t`."""
    known = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Call) and (name := _dotted(node, known)):
            yield name, node


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    known = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _dotted(node.func, known)):
            yield name, node


def _aliases(tree: ast.AST) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                known |= {
                    one.asname or one.name.partition(".")[0]: (one.asname and one.name) or one.name.partition(".")[0]
                    for one in names
                }
            case ast.ImportFrom(module=module, names=names):
                known |= {one.asname or one.name: f"{module}.{one.name}" for one in names}
            case _:
                pass
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (name := _dotted(node.value, known)):
            known |= {one.id: name for one in node.targets if isinstance(one, ast.Name) and "." in name}
    return known


def _dotted(node: ast.expr, known: dict[str, str]) -> str | None:
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            before = _dotted(value, known)
            return before and f"{before}.{attr}"
        case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(attr)), *_]):
            before = _dotted(value, known)
            return before and f"{before}.{attr}"
        case _:
            return None
