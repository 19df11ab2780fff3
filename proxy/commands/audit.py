"""What happened: `auditoria verificar`, `auditoria exportar`."""

import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer

from proxy.commands import start
from proxy.commands.progress import bar
from proxy.commands.spanish import Command, Group
from proxy.errors import Refusal
from proxy.texts import TEXTS

if TYPE_CHECKING:
    from proxy.installation import Installation

auditoria = typer.Typer(
    cls=Group, help="Lo que ocurrió, anotado y encadenado.", no_args_is_help=True
)


@auditoria.command("verificar", cls=Command)
def verify(
    desde: Annotated[
        Path | None,
        typer.Option(metavar="RUTA", help="Una exportación anterior (jsonl), para compararla."),
    ] = None,
) -> None:
    """Comprueba que nadie cambió, quitó, agregó ni movió lo anotado."""
    from proxy.flows import audit as flow
    from proxy.keys.mark import path_of_mark
    from proxy.work.recorder import Recorder

    parts = start.ready()
    recorder = Recorder(parts)
    kept = recorder.kept()
    recorder.catch_up()
    with parts.db.reading() as tx:
        total = flow.count(tx)
    with bar("Verificando", total) as tell, parts.db.reading() as tx:
        found = flow.verify(tx, kept, tell)
    _refuse_broken(found, parts)
    assert isinstance(found, flow.Whole)
    if kept is None:
        path = path_of_mark(parts.settings.keys_file)
        print(TEXTS["mark.none"].format(path=path), file=sys.stderr)
    if desde:
        with parts.db.reading() as tx, _exported(desde) as lines:
            same = flow.compare(tx, lines)
        _refuse_broken(same, parts)
        print(f"La exportación dice lo mismo que hoy: filas comparadas, {same}.")
    if found.since is None or found.until is None:
        print("La auditoría está completa: todavía no tiene filas.")
        return
    rows = "1 fila" if found.rows == 1 else f"{found.rows} filas"
    since, until = (start.to_the_second(at, parts) for at in (found.since, found.until))
    print(f"La auditoría está completa: {rows}, del {since} al {until}.")


def _refuse_broken(found: object, parts: "Installation") -> None:
    from proxy.flows import audit as flow

    if isinstance(found, flow.Broken):
        at = f", del {start.to_the_second(found.at, parts)}" if found.at else ""
        raise Refusal(found.code, id=found.id, at=at)


@contextmanager
def _exported(path: Path) -> Iterator[Iterator[dict[str, Any]]]:
    def lines() -> Iterator[dict[str, Any]]:
        for number, line in enumerate(file, 1):
            try:
                told = json.loads(line)
                _ = told["id"] + 0, told["seal"]
            except (ValueError, KeyError, TypeError):
                raise Refusal("audit.export.unreadable", path=path, line=number) from None
            yield told

    try:
        file = path.open(encoding="utf-8", errors="replace")
    except OSError:
        raise Refusal("audit.export.missing", path=path) from None
    with file:
        yield lines()


@auditoria.command("exportar", cls=Command)
def export(
    desde: Annotated[
        str | None, typer.Option(metavar="FECHA", help="2026-03-09 o 2026-03-09T16:30.")
    ] = None,
    hasta: Annotated[
        str | None, typer.Option(metavar="FECHA", help="Ese día o ese minuto también entra.")
    ] = None,
    formato: Annotated[
        Literal["jsonl", "csv"], typer.Option(metavar="jsonl|csv", help="Cómo se escribe.")
    ] = "jsonl",
    archivo: Annotated[
        Path | None, typer.Option(metavar="RUTA", help="Dónde; si falta, sale por la pantalla.")
    ] = None,
) -> None:
    """Escribe lo anotado, sin identidades: de quién es va como una clave que no se deshace."""
    from proxy.flows import audit as flow
    from proxy.work.recorder import Recorder

    parts = start.ready()
    since = _instant(desde, parts) if desde else None
    until = _instant(hasta, parts, end=True) if hasta else None
    with parts.db.transaction() as tx:
        flow.record_export(tx)
    Recorder(parts).catch_up()
    many = 0
    with _opened(archivo) as out, parts.db.reading() as tx:
        table = csv.writer(out, lineterminator="\n")
        for line in flow.lines(tx, since, until):
            if formato == "jsonl":
                out.write(flow.json_line(line))
            else:
                if not many:
                    table.writerow(line)
                detail = json.dumps(line["detail"], ensure_ascii=False)
                table.writerow((line | {"detail": detail}).values())
            many += 1
    rows = "1 fila" if many == 1 else f"{many} filas"
    where = f" en {archivo}" if archivo else ""
    verb = "exportó" if many == 1 else "exportaron"
    print(f"Se {verb} {rows}{where}.", file=sys.stdout if archivo else sys.stderr)


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    if path.exists() and not path.is_file():  # a device or a folder must not be replaced
        raise Refusal("audit.unwritable", path=path)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError:
        raise Refusal("audit.unwritable", path=path) from None
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _instant(typed: str, parts: "Installation", *, end: bool = False) -> datetime:
    """In UTC; `typed` is in the entity's zone. `end`: the instant after that day or minute."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise Refusal("audit.day", typed=typed) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=parts.zone)
    if end:
        moment += timedelta(days=1) if len(typed) == len("2026-03-09") else timedelta(minutes=1)
    return moment.astimezone(UTC)
