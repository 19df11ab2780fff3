"""Folds a column as `finding.plain` folds what was typed: no accents, no capitals."""

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from proxy.domain.finding import FOLDED, PLAIN

NAME = "casilla_plain"  # of the function that each SQLite connection is given


class folded(FunctionElement[str]):
    type = Text()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str]) -> None:
        super().__init__(column)


@compiles(folded, "sqlite")
def _sqlite(element: folded, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{NAME}({compiler.process(element.clauses, **kw)})"


@compiles(folded, "postgresql")
def _postgresql(element: folded, compiler: SQLCompiler, **kw: Any) -> str:
    # `lower` and `unaccent` follow the locale of the server, which is not ours to choose.
    table = ", ".join(f"'{letters.replace(chr(39), chr(39) * 2)}'" for letters in (FOLDED, PLAIN))
    return f"translate({compiler.process(element.clauses, **kw)}, {table.replace('%', '%%')})"
