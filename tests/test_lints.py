"""What the tools cannot see: rules of the house, read from the syntax trees."""

import ast
import re
import statistics
from pathlib import Path

from i18n import ROOT
from tests.mutants import mutants
from tests.support.syntax import nodes

CODE = ("access", "analytics", "api", "formats", "data", "results", "reports", "schemes", "ui", "pages", "cli")
FILES = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
FILES += [ROOT / name for name in ("app.py", "errors.py", "exit_codes.py", "problems.py") if (ROOT / name).is_file()]
PAGES = sorted((ROOT / "pages").rglob("*.py"))
# What each part may never import, also not inside a function. pages/ is no package, so
# import-linter cannot see it; app, settings and words are single modules.
OURS = {"access", "analytics", "api", "formats", "data", "results", "reports", "schemes", "ui", "pages", "app", "cli"}
LAYERS = {
    # The import contracts know packages only: what the ground modules, app.py and the pages import is held here.
    "settings.py": OURS | {"i18n", "problems", "errors"},
    "i18n.py": OURS | {"settings", "problems", "errors"},
    "problems.py": OURS | {"errors"},
    "errors.py": OURS,
    "exit_codes.py": OURS | {"settings", "i18n", "problems", "errors"},
    "pages": {"app", "cli", "duckdb"},
}
SHOWN = {
    "title", "header", "subheader", "caption", "text", "write", "markdown", "info", "warning",
    "error", "success", "button", "selectbox", "multiselect", "radio", "text_input", "checkbox",
    "toggle", "metric", "expander", "download_button", "file_uploader", "link_button", "spinner",
    "status", "segmented_control", "number_input", "text_area", "slider", "page_link", "toast",
}  # fmt: skip


def calls(path: Path):
    return (node for node in nodes(path) if isinstance(node, ast.Call))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def imported(path: Path):
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_imports_go_one_way():
    wrong = []
    for part, forbidden in LAYERS.items():
        paths = [ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py")
        for path in filter(Path.is_file, paths):
            wrong += [f"{path.relative_to(ROOT)}: {m}" for m in imported(path) if m in forbidden]
    assert wrong == []


def test_only_settings_reads_the_environment():
    wrong = [
        place(path, node)
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert wrong == []


def test_names_are_data_never_markup():
    wrong = []
    for path in FILES:
        for call in calls(path):
            html = ast.unparse(call.func).endswith("components.html")
            if html or any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords):
                wrong.append(place(path, call))
    assert wrong == []


def test_no_sql_is_put_together_from_values():
    """An f-string needs a `# sql:` remark on its line that says why it is safe."""
    wrong = []
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for call in calls(path):
            if name_of(call) not in ("execute", "executemany", "sql") or not call.args:
                continue
            said = any("# sql:" in line for line in lines[call.lineno - 1 : call.end_lineno])
            if isinstance(call.args[0], ast.JoinedStr | ast.BinOp) and not said:
                wrong.append(place(path, call))
    assert wrong == []


def test_no_page_stands_directly_in_pages():
    assert list((ROOT / "pages").glob("*.py")) == []


def test_pages_show_no_words_outside_the_catalogues():
    wrong = [
        place(path, call)
        for path in PAGES
        for call in calls(path)
        if name_of(call) in SHOWN and call.args and has_words(call.args[0])
    ]
    assert wrong == []


def has_words(node: ast.AST) -> bool:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    return any(re.search(r"[A-Za-z\u4e00-\u9fff]", text) for text in texts)


def lengths():
    """Lines of every function of the product, its docstring left out."""
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                docstring = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0
                yield node.end_lineno - node.lineno + 1 - docstring, f"{place(path, node)} {node.name}"


def test_functions_stay_short():
    """A function is read at one glance: half have at most 7 lines, nine of ten at most 22, none over 60."""
    measured = sorted(lengths())
    lines = [count for count, _ in measured]
    assert [name for count, name in measured if count > 60] == []
    assert statistics.median(lines) <= 7
    assert lines[int(0.9 * len(lines))] <= 22


def test_the_text_of_every_mutant_occurs_once():
    """A dozen had gone stale unnoticed: the mutants themselves run at night only."""
    assert [mutant.name for mutant in mutants() if mutant.times_found() != 1] == []
