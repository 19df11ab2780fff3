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

if TYPE_CHECKING:
    from proxy.flows.audit import Same, Whole
    from proxy.installation import Installation
    from proxy.work.recorder import Recorder

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
    done = recorder.catch_up()
    with parts.db.reading() as tx:
        total = flow.count(tx)
    with bar("Verificando", total) as tell, parts.db.reading() as tx:
        found = flow.verify(tx, kept, tell, parts.documents)
    _refuse_broken(found, parts)
    assert isinstance(found, flow.Whole)
    if desde:
        with parts.db.reading() as tx, _exported(desde) as lines:
            same = flow.compare(tx, lines)
        _refuse_broken(same, parts)
        assert isinstance(same, flow.Same)
        print(_same(same))
    _say_whole(found, parts)
    if done.fault:
        raise Refusal(done.fault, path=path_of_mark(parts.settings.keys_file))


def _say_whole(found: "Whole", parts: "Installation") -> None:
    if found.since is None or found.until is None or found.began is None:
        print("La auditoría está completa: todavía no tiene filas.")
        return
    rows = "1 fila" if found.rows == 1 else f"{found.rows} filas"
    instants = (found.since, found.until, found.began)
    since, until, began = (start.to_the_second(at, parts) for at in instants)
    print(f"La auditoría está completa: {rows}, del {since} al {until}.")
    print(f"Este registro empezó el {began}.")
    if found.waiting.oldest:
        oldest = start.to_the_second(found.waiting.oldest, parts)
        print(f"Eventos que esperan su lugar: {found.waiting.many}, el más antiguo del {oldest}.")


def _same(same: "Same") -> str:
    gaps = f" En la exportación faltan filas en medio: {same.gaps}." if same.gaps else ""
    return f"La exportación dice lo mismo que hoy: filas comparadas, {same.rows}.{gaps}"


def _refuse_broken(found: object, parts: "Installation") -> None:
    from proxy.flows import audit as flow

    if isinstance(found, flow.Broken):
        at = f", del {start.to_the_second(found.at, parts)}" if found.at else ""
        raise Refusal(found.code, id=found.id, at=at)


@contextmanager
def _exported(path: Path) -> Iterator[Iterator[dict[str, Any]]]:
    def lines() -> Iterator[dict[str, Any]]:
        number = 0
        for number, line in enumerate(file, 1):
            try:
                told = json.loads(line)
                good = type(told["id"]) is int and "seal" in told  # a bool is an int, too
            except (ValueError, KeyError, TypeError, RecursionError):
                good = False
            if not good:
                raise Refusal("audit.export.unreadable", path=path, line=number)
            yield told
        if not number:
            raise Refusal("audit.export.empty", path=path)

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
    recorder = Recorder(parts)
    _refuse_lost_mark(recorder, parts)
    with parts.db.transaction() as tx:
        flow.record_export(tx)
    recorder.catch_up()
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


def _refuse_lost_mark(recorder: "Recorder", parts: "Installation") -> None:
    """Nothing half there may pass for the whole."""
    from proxy.flows import audit as flow
    from proxy.keys.mark import path_of_mark

    kept = recorder.kept()
    done = recorder.catch_up()
    try:
        with parts.db.reading() as tx:
            _refuse_broken(flow.lost(tx, kept), parts)
        if done.fault:
            raise Refusal(done.fault, path=path_of_mark(parts.settings.keys_file))
    except Refusal as refusal:
        raise Refusal("audit.not_exported", reason=refusal) from None


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
