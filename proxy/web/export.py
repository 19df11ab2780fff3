"""Takes a list of the inbox away, as a spreadsheet or on paper: every row that its filter shows."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from tempfile import TemporaryFile
from typing import BinaryIO

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain.annulment import Void
from proxy.domain.finding import Filter
from proxy.domain.notificacion import Notificacion
from proxy.errors import NotYours
from proxy.flows import inbox, login
from proxy.installation import Installation
from proxy.render.archive import growing
from proxy.render.sheet import Cell, Column, write_sheet
from proxy.texts import TEXTS
from proxy.web import delivery
from proxy.web.edge.denials import held_off, sentence, status
from proxy.web.edge.pages import page, run, see_other
from proxy.web.edge.sessions import private, session_of
from proxy.web.edge.state import state_of
from proxy.web.finder import searched

Row = tuple[Notificacion, Void | None]
LISTS = {"pendientes": ("Pendientes por leer", False), "leidos": ("Leídos", True)}
COLUMNS = (
    Column("AÑO", 8),
    Column("ASUNTO", 44),
    Column("DEPENDENCIA", 27),
    Column("EMISOR", 27),
    Column("TIPO DE DOCUMENTO", 22),
    Column("NÚM. DOCUMENTO DE EMISIÓN", 24),
    Column("FECHA DE EMISIÓN", 17),
    Column("FECHA DE ENVÍO DE MENSAJE", 17),
    Column("SURTE EFECTO", 17),
    Column("VENCE", 17),
    Column("NÚMERO DE NOTIFICACIÓN", 28),
    Column("ANULACIÓN", 50),
)
ON_PAPER = COLUMNS[:-1]  # what was annulled says so below its ASUNTO
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF_SECONDS = 120  # for one PDF, on a busy machine


@dataclass(frozen=True)
class Taken:
    """A list as it stood at an instant."""

    installation: Installation
    casilla_id: int
    title: str
    read: bool
    filter: Filter
    lines: tuple[str, ...]
    at: datetime

    def parts(self) -> Iterator[list[Row]]:
        key = None
        while True:
            with self.installation.db.hurried.reading() as tx:
                rows = inbox.part(
                    tx, self.casilla_id, self.filter, read=self.read, at=self.at, key=key
                )
            yield rows
            if len(rows) < inbox.PART:
                return
            key = rows[-1][0].id

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        for part in self.parts():
            yield from map(self.row, part)

    def row(self, row: Row) -> tuple[Cell, ...]:
        one, annulled = row
        issued, deposited = map(self.local, (one.issued_at, one.deposited_at))
        texts = (one.asunto, one.dependencia, one.firmado_por, one.tipo, one.numero)
        effect = one.takes_effect
        days = (effect.effective, effect.ends) if effect and not annulled else (None, None)
        dates = [self.local(day) if isinstance(day, datetime) else day for day in days]
        void = self.void(annulled) if annulled else None
        return (issued.year, *texts, issued, deposited, *dates, one.number, void)

    def void(self, one: Void) -> str:
        at = f"{self.local(one.at):%d/%m/%Y %H:%M}"
        by = TEXTS["list.replaced"].format(number=one.number) if one.number else ""
        return TEXTS["list.annulled"].format(at=at, reason=one.reason.rstrip(".")) + by

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.installation.zone).replace(tzinfo=None)

    @property
    def name(self) -> str:
        return f"{self.title} {self.local(self.at):%Y-%m-%d %H.%M}"


@private
async def xlsx(request: Request) -> Response:
    taken = await _taken(request)
    if isinstance(taken, Response):
        return taken
    file = await anyio.to_thread.run_sync(_sheet, taken, limiter=state_of(request).exports)
    return delivery.made(_read(file), f"{taken.name}.xlsx", XLSX)


@private
async def pdf(request: Request) -> Response:
    """One PDF; or a zip of several, each of which is made while those before it are sent."""
    taken = await _taken(request)
    if isinstance(taken, Response):
        return taken
    limiter = state_of(request).exports
    parts = taken.parts()
    first = await anyio.to_thread.run_sync(next, parts, limiter=limiter)
    if len(first) < inbox.PART:
        made = await anyio.to_thread.run_sync(_pdf, taken, first, limiter=limiter)
        return delivery.made(iter([made]), f"{taken.name}.pdf", "application/pdf")
    zipped = growing(_pdfs(taken, chain([first], parts)))
    return delivery.made(_flowing(zipped, limiter), f"{taken.name}.zip", "application/zip")


async def _taken(request: Request) -> Taken | Response:
    title, read = LISTS.get(request.path_params["list"], ("", False))
    if not title:
        raise NotYours("notificacion.missing")
    form, session = searched(request), session_of(request)
    if form.wrong:  # the list itself says what is wrong
        return see_other(request, "inbox:read" if read else "inbox:pending", request.url.query)
    denied = await run(request, inbox.taking, session.casilla_id)
    if denied:
        said = sentence(denied, "file")
        refused = page(request, "errors/refused.html", status(denied), sentence=said)
        return held_off(refused, denied)
    installation = state_of(request).installation
    owner, at = login.holder(installation.vault, session), installation.clock()
    lines: tuple[str, ...] = (
        TEXTS["list.owner"].format(nombres=owner.nombres, identidad=owner.identidad.masked),
        TEXTS["list.filter"].format(filter=form.filter.said) if form.filter else TEXTS["list.all"],
        TEXTS["list.at"].format(
            at=f"{at.astimezone(installation.zone):%d/%m/%Y %H:%M}",
            time=installation.catalog.entity.official_time,
        ),
    )
    if not read and installation.catalog.effect.by_acuse:
        lines = (*lines, TEXTS["list.unread"])
    return Taken(installation, session.casilla_id, title, read, form.filter, lines, at)


def write(taken: Taken, file: BinaryIO) -> None:
    write_sheet(file, taken.title, (taken.title, *taken.lines), COLUMNS, taken.rows())


def _sheet(taken: Taken) -> BinaryIO:
    with ExitStack() as failed:
        file = failed.enter_context(TemporaryFile())
        write(taken, file)
        file.seek(0)
        failed.pop_all()
    return file


def _pdf(taken: Taken, part: list[Row], number: int = 0) -> bytes:
    entity = taken.installation.catalog.entity
    data = {
        "titulo": f"{taken.title}, parte {number}" if number else taken.title,
        "entidad": entity.nombre,
        "pie": f"Casilla Electrónica, {entity.siglas}",
        "lineas": taken.lines,
        "columnas": [column.heading for column in ON_PAPER],
        "anchos": [column.width for column in ON_PAPER],
        "filas": [_on_paper(*taken.row(one)) for one in part],
    }
    asked = json.dumps({"template": "lista", "data": data, "at": taken.at.isoformat()})
    command = [sys.executable, "-m", "proxy.render.pdf"]
    done = subprocess.run(command, input=asked.encode(), capture_output=True, timeout=PDF_SECONDS)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def _pdfs(taken: Taken, parts: Iterable[list[Row]]) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(parts, 1):
        if part:
            yield f"{taken.name}, parte {number}.pdf", _pdf(taken, part, number)


def _on_paper(year: Cell, asunto: Cell, *cells: Cell) -> list[str]:
    *others, void = map(_printed, cells)
    return [_printed(year), "\n".join(filter(None, (_printed(asunto), void))), *others]


def _printed(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return "" if cell is None else str(cell)


async def _flowing(pieces: Iterator[bytes], limiter: CapacityLimiter) -> AsyncIterator[bytes]:
    while (
        piece := await anyio.to_thread.run_sync(next, pieces, None, limiter=limiter)
    ) is not None:
        yield piece


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(delivery.CHUNK):
            yield piece
