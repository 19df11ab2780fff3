"""What every import does: a bar on the terminal, faults by line, all or nothing or --seguir."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Protocol, TypeVar

import typer

from proxy.commands.progress import Bar, bar
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.domain.columns import Columns, Fault
    from proxy.domain.identidad import Identidad
    from proxy.store.db import Database
    from proxy.store.tx import Tx

Sheet = Annotated[Path, typer.Argument(metavar="ARCHIVO", help="Un CSV; vea el manual.")]
GoOn = Annotated[
    bool, typer.Option("--seguir", help="Importa las líneas buenas y deja fuera las demás.")
]
BATCH = 100  # lines of a transaction with --seguir; other writers come in between


class HasIdentidad(Protocol):
    @property
    def identidad(self) -> "Identidad": ...


T = TypeVar("T", bound=HasIdentidad)
Write = Callable[["Tx", Sequence[tuple[int, T]]], "list[Fault]"]


class _Undone(Exception):
    """Rolls the transaction back."""


def bring(
    db: "Database",
    path: Path,
    columns: "Columns",
    read: Callable[[Mapping[str, str]], T],
    write: "Write[T]",
    *,
    go_on: bool,
) -> tuple[int, int]:
    """How many lines came in and how many were left out.

    Without `go_on` all lines come in or none, even when this process is killed.
    """
    from sqlalchemy.exc import IntegrityError

    with _opened(path) as stream, bar("Importando", path.stat().st_size) as told:
        desk = _Desk(path, told)
        batches = _batches(desk.good(stream, columns, read))
        try:
            if go_on:
                for batch in batches:
                    with db.transaction() as tx:
                        desk.took(batch, write(tx, batch))
            else:
                with db.transaction() as tx:
                    for batch in batches:
                        desk.took(batch, write(tx, batch))
                    if desk.left_out:
                        raise _Undone
        except _Undone:
            desk.brought = 0
        except IntegrityError:
            raise Refusal("import.race") from None
        desk.tell()
    return desk.brought, desk.left_out


def tell(sentence: str, left_out: int, *, go_on: bool) -> None:
    if left_out and not go_on:
        raise Refusal("import.undone", faults=_lines(left_out))
    print(sentence)
    if left_out:
        raise Refusal("import.left_out", faults=_lines(left_out))


class _Desk:
    """Counts the lines, and prints the faults of each batch in the order of the file."""

    def __init__(self, path: Path, bar: Bar) -> None:
        self._path, self._bar = path, bar
        self._seen: dict[str, int] = {}
        self._untold: list[tuple[int, Refusal]] = []
        self.brought = self.left_out = 0

    def good(
        self, stream: BinaryIO, columns: "Columns", read: Callable[[Mapping[str, str]], T]
    ) -> Iterator[tuple[int, T]]:
        from proxy.commands import csv_rows
        from proxy.domain.columns import Fault

        for line in csv_rows.read(stream, columns):
            self._bar(stream.tell())
            if isinstance(line, Fault):
                self._fault(line.line, line.refusal)
                continue
            try:
                value = read(line.values)
                self._once(str(value.identidad), line.number)
            except Refusal as refusal:
                self._fault(line.number, refusal)
                continue
            yield line.number, value

    def took(self, batch: Sequence[tuple[int, object]], faults: "Iterable[Fault]") -> None:
        self.brought += len(batch)
        for fault in faults:
            self.brought -= 1
            self._fault(fault.line, fault.refusal)
        self.tell()

    def tell(self) -> None:
        for line, refusal in sorted(self._untold, key=itemgetter(0)):
            self._bar.say(f"{self._path.name}:{line}: {refusal}")
        self._untold.clear()

    def _once(self, identidad: str, line: int) -> None:
        first = self._seen.setdefault(identidad, line)
        if first != line:
            raise Refusal("import.repeated", line=first)

    def _fault(self, line: int, refusal: Refusal) -> None:
        self.left_out += 1
        self._untold.append((line, refusal))


def _batches(entries: Iterator[tuple[int, T]]) -> Iterator[list[tuple[int, T]]]:
    while batch := list(islice(entries, BATCH)):
        yield batch


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():  # opening a pipe would wait for ever
        raise Refusal("import.missing", name=path.name)
    try:
        stream = path.open("rb")
    except OSError:
        raise Refusal("import.missing", name=path.name) from None
    with stream:
        yield stream


def _lines(many: int) -> str:
    return "1 línea tiene una falta" if many == 1 else f"{many} líneas tienen faltas"
