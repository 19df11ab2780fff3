"""What every import does: a bar on the terminal, faults by line, no line or --seguir."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Protocol, TypeVar

import typer

from proxy.commands.progress import Bar, bar
from proxy.errors import Refusal, Unavailable

if TYPE_CHECKING:
    from proxy.domain.columns import Columns, Seen
    from proxy.domain.identidad import Identidad
    from proxy.store.db import Database
    from proxy.store.tx import Tx

Sheet = Annotated[Path, typer.Argument(metavar="ARCHIVO", help="Un CSV; vea el manual.")]
GoOn = Annotated[
    bool, typer.Option("--seguir", help="Importa las líneas buenas y deja fuera las demás.")
]
BATCH = 25  # lines of a transaction


class HasIdentidad(Protocol):
    @property
    def identidad(self) -> "Identidad": ...


T = TypeVar("T", bound=HasIdentidad)
Act = Callable[["Tx", Sequence[tuple[int, T]]], "Seen"]


@dataclass(frozen=True)
class Brought:
    """How many lines came in, were in already, and were left out."""

    lines: int = 0
    there: int = 0
    left_out: int = 0


def bring(
    db: "Database",
    path: Path,
    columns: "Columns",
    read: Callable[[Mapping[str, str]], T],
    check: "Act[T]",
    write: "Act[T]",
    *,
    go_on: bool,
) -> Brought:
    """Without `go_on` a fault in any line lets none come in: all are checked before the first.

    Pages would wait for one transaction over a large file, so each batch has its own. Refuses
    `import.cut`: an import that ended in the middle says how much came in, and begins again.
    """
    with opened(path) as stream, bar("Importando", path.stat().st_size) as told:
        if not go_on:
            desk = _Desk(path, told)
            for batch in _batches(desk.good(stream, columns, read)):
                with db.reading() as tx:
                    seen = check(tx, batch)
                desk.took(batch, seen)
            desk.tell()
            if desk.left_out:
                return Brought(left_out=desk.left_out)
            stream.seek(0)
        desk = _Desk(path, told)
        try:
            for batch in _batches(desk.good(stream, columns, read)):
                began = time.monotonic()
                with db.transaction() as tx:
                    seen = write(tx, batch)
                desk.took(batch, seen)
                if db.sqlite:  # other processes look now and then whether it is free
                    time.sleep(time.monotonic() - began)
        except (Unavailable, KeyboardInterrupt) as error:
            if not desk.brought:
                raise
            reason = f"{error} " if isinstance(error, Unavailable) else ""
            raise Refusal("import.cut", lines=lines_said(desk.brought), reason=reason) from error
        desk.tell()
    return Brought(desk.brought, desk.there, desk.left_out)


def tell(sentence: str, brought: Brought, *, go_on: bool) -> None:
    faults = faults_said(brought.left_out)
    if brought.left_out and not (go_on or brought.lines):
        raise Refusal("import.undone", faults=faults)
    if brought.there:
        sentence += f" Ya estaban así y no cambiaron: {brought.there}."
    print(sentence)
    if brought.left_out:
        raise Refusal("import.left_out", faults=faults)


class _Desk:
    """Counts the lines, and prints the faults of each batch in the order of the file."""

    def __init__(self, path: Path, bar: Bar) -> None:
        self._path, self._bar = path, bar
        self._seen: dict[str, int] = {}
        self._untold: list[tuple[int, Refusal]] = []
        self.brought = self.there = self.left_out = 0

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

    def took(self, batch: Sequence[tuple[int, object]], seen: "Seen") -> None:
        self.brought += len(batch) - seen.there - len(seen.faults)
        self.there += seen.there
        for fault in seen.faults:
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
def opened(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():  # opening a pipe would wait for ever
        raise Refusal("import.missing", name=path.name)
    try:
        stream = path.open("rb")
    except OSError:
        raise Refusal("import.missing", name=path.name) from None
    with stream:
        yield stream


def lines_said(many: int) -> str:
    return "1 línea" if many == 1 else f"{many} líneas"


def faults_said(many: int) -> str:
    return f"{lines_said(many)} {'tiene una falta' if many == 1 else 'tienen faltas'}"
