"""The ids of docs/requisitos.md and docs/seguridad.md, and where code, tests and docs cite them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

DOCUMENTS = ("docs/requisitos.md", "docs/seguridad.md")
FOLDERS = ("catalog", "proxy", "site_src", "tests", "bench", "docs")
ROW = re.compile(r"^\| ([A-Z]\d+) \| .+ \|(.*)\|$", re.M)
# Not A: A4 is paper.
CITED = re.compile(r"\b([B-Z])(\d{1,2})(?:–\1(\d{1,2}))?\b")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def cited_ids_exist(root: Path) -> list[str]:
    known = {name for name, _ in _rows(root)}
    files = [*root.glob("*.md")]
    files += [path for folder in FOLDERS for path in (root / folder).rglob("*.*")]
    return [
        f"{path}: {name} is in no document"
        for path in files
        for name in sorted(set(_cited(path)) - known)
    ]


def ids_have_a_test_or_a_place(root: Path) -> list[str]:
    """The last cell of a row says what keeps the promise, and is empty when a test cites the id.

    With both, the cell says what no test covers: `in part: …`.
    """
    rows = _rows(root)
    names = [name for name, _ in rows]
    tested = {name for path in (root / "tests").rglob("*.py") for name in _cited(path)}
    faults = [f"{name}: has two rows" for name in sorted(set(names)) if names.count(name) > 1]
    for name, kept in rows:
        if name not in tested and (not kept or kept.startswith("in part")):
            faults.append(f"{name}: no test cites it")
        if name in tested and kept and not kept.startswith("in part: "):
            faults.append(f"{name}: a test cites it, and its row says {kept}")
    return faults


def tests_that_pages_name_are_there(root: Path) -> list[str]:
    """A page of the manual says which test holds what it tells."""
    sources = "".join(path.read_text() for path in (root / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_\w+)", sources, re.M))
    return [
        f"{page}: {name} is no test"
        for page in (root / "site_src").rglob("*.md")
        for name in sorted(set(re.findall(r"`(test_\w+)`", page.read_text())) - there)
    ]


def _rows(root: Path) -> list[tuple[str, str]]:
    """Each id of the documents, and where its row says that it is kept."""
    texts = [(root / name).read_text() for name in DOCUMENTS if (root / name).exists()]
    return [(name, kept.strip()) for text in texts for name, kept in ROW.findall(text)]


@cache
def _cited(path: Path) -> list[str]:
    return [
        f"{letter}{number}"
        for words in _words(path)
        for letter, first, last in CITED.findall(words)
        for number in range(int(first), int(last or first) + 1)
    ]


def _words(path: Path) -> Iterator[str]:
    """The text of a file for readers of its source: Markdown, comments and docstrings."""
    if path.suffix == ".md" and "site_src" not in path.parts:
        yield path.read_text()
    elif path.suffix in (".html", ".txt"):
        yield from re.findall(r"{#.*?#}", path.read_text(), re.S)
    elif path.suffix == ".py":
        source = path.read_text()
        nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED))
        yield from (ast.get_docstring(node) or "" for node in nodes)
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        yield from (token.string for token in tokens if token.type == tokenize.COMMENT)
