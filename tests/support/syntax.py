"""The syntax of the product's files, parsed and walked once for all tests of a worker that read it."""

import ast
from functools import cache
from pathlib import Path

KEPT = ast.Call | ast.Attribute | ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Calls, attributes, imports and definitions of a file, as `ast.walk` gives them: one node in four."""
    return tuple(node for node in ast.walk(ast.parse(source(path))) if isinstance(node, KEPT))
