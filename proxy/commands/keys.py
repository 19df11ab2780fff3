"""The key ring: `claves lista`, `claves rotar`, `claves retirar`."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import start
from proxy.commands.progress import bar
from proxy.commands.spanish import Command, Group

if TYPE_CHECKING:
    from proxy.keys.ring import KeyRing

claves = typer.Typer(cls=Group, help="El archivo de claves.", no_args_is_help=True)


@claves.command("lista", cls=Command)
def show() -> None:
    """Muestra qué claves hay y qué depende de cada una. Nunca la clave misma."""
    from proxy.flows import keys as flow

    parts = start.ready()
    ring = parts.ring
    newest = list(ring.keys)[-1]
    for key_id in ring.keys:
        with parts.db.reading() as tx:
            found = flow.hanging(tx, key_id, ring.replaced_at(key_id))
        since = ring.since.get(key_id)
        when = f"desde el {start.to_the_second(since, parts)}" if since else "sin fecha"
        use = "en uso" if key_id == newest else "solo para lo anterior"
        until = start.to_the_second(found.until, parts) if found.until else "ninguno"
        print(
            f"{key_id}  {when}  {use}  contraseñas: {found.passwords}  filas selladas: {found.rows}"
            f"  enlaces y códigos hasta: {until}"
        )
    for key_id in ring.retired:
        print(f"{key_id}  retirada  solo para verificar la auditoría")


@claves.command("rotar", cls=Command)
def rotate() -> None:
    """Agrega una clave nueva y la usa desde ahora. Nadie tiene que volver a ingresar."""
    from proxy.flows import keys as flow
    from proxy.keys import file

    path = start.ready().settings.keys_file
    key_id = file.rotate(path, datetime.now(UTC))
    with start.ready().db.transaction() as tx:
        flow.record_added(tx, key_id)
    print(
        f"La clave {key_id} se usa desde ahora; las anteriores siguen sirviendo para lo anterior."
    )


@claves.command("retirar", cls=Command)
def retire(
    clave: Annotated[str, typer.Argument(metavar="ID", help="Como la muestra «claves lista».")],
    forzar: Annotated[
        bool,
        typer.Option(
            "--forzar",
            help="Aunque haya contraseñas, enlaces o códigos que dejarán de servir.",
        ),
    ] = False,
) -> None:
    """Sella otra vez lo que depende de una clave y la quita del archivo."""
    from proxy.flows import keys as flow
    from proxy.keys import file

    parts = start.ready()
    path = parts.settings.keys_file
    file.refuse_in_use(path, clave)
    replaced, entity = parts.ring.replaced_at(clave), parts.catalog.entity
    with parts.db.reading() as tx:
        total = flow.ready(tx, clave, replaced, entity, force=forzar)
    _settle(parts.ring, flow.SETTLED)
    with bar("Sellando", total) as tell:
        flow.renew(parts.db, clave, tell)
    with parts.db.transaction() as tx:
        lost = flow.leave(tx, clave, replaced, entity, force=forzar)
    file.retire(path, clave, datetime.now(UTC))
    people = "1 persona debe" if lost == 1 else f"{lost} personas deben"
    after = f" {people} usar «RECUPERAR CLAVE» para ingresar." if lost else ""
    print(f"La clave {clave} se retiró: solo sirve para verificar la auditoría.{after}")


def _settle(ring: "KeyRing", settled: timedelta) -> None:
    since = ring.since.get(list(ring.keys)[-1])
    if since:
        left = since + settled - datetime.now(UTC)
        time.sleep(min(max(left, timedelta()), settled).total_seconds())
