"""Many deposits in one go: `depositar-lote`."""

import csv
import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NamedTuple

import typer

from proxy.commands import importing, start
from proxy.commands.deposits import opened
from proxy.commands.progress import Bar, bar
from proxy.errors import Refusal, Unavailable
from proxy.texts import TEXTS

if TYPE_CHECKING:
    from proxy.domain.lot import Line, Named
    from proxy.flows.deposit import Receipt
    from proxy.installation import Installation

MARK = "\ufeff"  # without it Excel takes the letters for those of Windows, and breaks their accents
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins with it
TITLES = (
    "LÍNEA", "ESTADO", "CLAVE", "DESTINATARIO", "NÚM. DOCUMENTO", "NÚMERO DE NOTIFICACIÓN",
    "DEPOSITADA", "FALTA",
)  # fmt: skip
Write = Callable[[Sequence[str]], object]
MADE, THERE, LEFT_OUT = "depositada", "ya estaba", "falta"


class Told(NamedTuple):
    """What became of a line, for the report."""

    state: str
    number: str = ""
    at: str = ""
    fault: str = ""


def deposit_lot(
    manifiesto: Annotated[
        Path, typer.Argument(metavar="MANIFIESTO.csv", help="Un depósito por línea; vea el manual.")
    ],
    informe: Annotated[
        Path | None,
        typer.Option(
            metavar="ARCHIVO.csv",
            help="Qué fue de cada línea. [si falta: junto al manifiesto, con «-informe»]",
        ),
    ] = None,
) -> None:
    """Deposita muchos actos: uno por línea de un CSV, con sus archivos.

    Si se corta, el mismo comando sigue donde quedó: lo depositado no se repite. Lo que tiene una
    falta queda fuera, y el informe dice cuál.
    """
    parts = start.ready()
    report = informe or manifiesto.with_name(f"{manifiesto.stem}-informe.csv")
    with (
        importing.opened(manifiesto) as stream,
        _written(report, manifiesto) as write,
        bar("Depositando", manifiesto.stat().st_size) as told,
    ):
        desk = Desk(parts, manifiesto, write, told)
        desk.run(stream)
    many = desk.count[MADE]
    said = "Se depositó 1 notificación" if many == 1 else f"Se depositaron {many} notificaciones"
    there = f" Ya estaban depositadas: {desk.count[THERE]}." if desk.count[THERE] else ""
    print(f"{said}.{there} El informe está en {report}.")
    if desk.count[LEFT_OUT]:
        raise Refusal("lot.left_out", faults=importing.faults_said(desk.count[LEFT_OUT]))


class Desk:
    """Takes one line after the other. Each deposit has a transaction of its own, and its files are
    read and kept before it: nobody waits for the disk."""

    def __init__(self, parts: "Installation", manifest: Path, write: Write, told: Bar) -> None:
        self._parts, self._manifest, self._write, self._bar = parts, manifest, write, told
        self._folder = manifest.parent.resolve()
        self._seen: dict[str, int] = {}
        self.count = dict.fromkeys((MADE, THERE, LEFT_OUT), 0)

    def run(self, stream: BinaryIO) -> None:
        """Refuses `lot.cut`: it says how much is deposited, and the same command goes on."""
        from proxy.commands import csv_rows
        from proxy.domain.columns import Fault
        from proxy.domain.lot import COLUMNS

        try:
            for line in csv_rows.read(stream, COLUMNS):
                if isinstance(line, Fault):
                    self._note(line.line, {}, Told(LEFT_OUT, fault=str(line.refusal)))
                else:
                    self._note(line.number, line.values, self._take(line.number, line.values))
                self._bar(stream.tell())
        except (Unavailable, OSError, KeyboardInterrupt) as error:
            there = self.count[MADE] + self.count[THERE]
            if not there:
                raise
            lines = importing.lines_said(there)
            raise Refusal("lot.cut", lines=lines, reason=_reason(error)) from error

    def _take(self, number: int, values: dict[str, str]) -> Told:
        from proxy.domain import lot

        try:
            receipt = self._deposit(number, lot.read(values, self._parts.zone))
        except Refusal as refusal:
            return Told(LEFT_OUT, fault=str(refusal))
        at = start.to_the_second(receipt.at, self._parts)
        number_said = receipt.notificacion.number or ""
        return Told(THERE if receipt.again else MADE, number_said, at)

    def _deposit(self, number: int, line: "Line") -> "Receipt":
        from proxy.domain.sender import Sender
        from proxy.flows import deposit as flow
        from proxy.flows import sending
        from proxy.flows.api_keys import OURS

        parts = self._parts
        with ExitStack() as files:
            streams = [opened(files, self._inside(name)) for name in (line.acto, *line.anexos)]
            mosts = [parts.limits.acto, *[parts.limits.anexo] * len(line.anexos)]
            named = [_named(*pair) for pair in zip(streams, mosts, strict=True)]
            datos = line.datos(named[0], named[1:])
            request = sending.request(parts.vault, Sender(OURS), line.key or "", datos)
            if not line.key:
                request = replace(request, idempotency=request.body.hex())
            self._once(request.idempotency, number)
            who, acto, ruling = (
                datos.identidad, datos.described(parts.zone), datos.ruling(parts.catalog)
            )  # fmt: skip
            with parts.db.reading() as tx:
                done = flow.check(tx, parts.zone, who, acto, datos.acto.sha256, ruling, request)
            if done:
                return done
            first, rest = flow.offered(datos, streams[0], streams[1:])
            served = flow.receive(parts.documents, parts.limits, first, rest)
        content = datos.content(parts.catalog)
        with parts.db.transaction() as tx:
            return flow.deposit(
                tx, parts.zone, who, acto, served, ruling, content, request=request,
                sms=parts.settings.sends_sms,
            )  # fmt: skip

    def _inside(self, name: str) -> Path:
        """A table of another system must not reach the files of this one."""
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder):
            raise Refusal("lot.outside", name=name)
        return path

    def _once(self, key: str, line: int) -> None:
        first = self._seen.setdefault(key, line)
        if first != line:
            raise Refusal("lot.repeated", line=first)

    def _note(self, number: int, values: dict[str, str], told: Told) -> None:
        self.count[told.state] += 1
        if told.fault:
            self._bar.say(f"{self._manifest.name}:{number}: {told.fault}")
        cells = [values.get(name, "").strip() for name in ("clave", "destinatario", "numero")]
        row = [str(number), told.state, *cells, told.number, told.at, told.fault]
        self._write([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])


def _named(stream: BufferedReader, most: int) -> "Named":
    """Refuses `file.large`, before it is read."""
    from proxy.domain.lot import Named

    name = Path(stream.name).name
    if os.fstat(stream.fileno()).st_size > most:
        raise Refusal("file.large", name=name, most=most // 1_000_000)
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return Named(name, sha256)


def _reason(error: BaseException) -> str:
    """Elsewhere these sentences say that nothing was kept; here the lines before it were."""
    if isinstance(error, KeyboardInterrupt):
        return ""
    if isinstance(error, Unavailable):
        said = {"disk.full": "lot.disk", "database.busy": "lot.busy"}.get(error.code, error.code)
        return f"{TEXTS[said]} "
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{TEXTS['lot.disk']} "
    raise error


@contextmanager
def _written(path: Path, manifest: Path) -> Iterator[Write]:
    """As Excel opens it. The report of an earlier run is replaced: each tells of every line."""
    if path.resolve() == manifest.resolve():
        raise Refusal("lot.report_same")
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError:
        raise Refusal("lot.report", path=path) from None
    try:
        file.write(MARK)
        table = csv.writer(file, delimiter=";", lineterminator="\r\n")
        table.writerow(TITLES)
        yield table.writerow
    except BaseException:
        with suppress(OSError):  # of a full disk: what stopped the lot is told
            file.close()
        raise
    try:
        file.close()
    except OSError:
        raise Refusal("lot.report", path=path) from None
