"""The keys of other systems: `claves-api crear`, `claves-api lista`, `claves-api retirar`."""

from datetime import timedelta
from typing import Annotated, get_args

import typer

from proxy.commands import start
from proxy.commands.spanish import Command, Group, Misuse
from proxy.domain.sender import SCOPES, ApiKey, Scope

claves_api = typer.Typer(
    cls=Group, help="Las claves con que otros sistemas depositan.", no_args_is_help=True
)


@claves_api.command("crear", cls=Command)
def create(
    context: typer.Context,
    sistema: Annotated[str, typer.Option(metavar="NOMBRE", help="El sistema que la usará.")],
    prueba: Annotated[
        bool, typer.Option("--prueba", help="Lo que deposite no tendrá valor legal.")
    ] = False,
    permiso: Annotated[
        list[str] | None,
        typer.Option(metavar="P", help="depositar, anular o leer; se repite. [si falta: los tres]"),
    ] = None,
    vence: Annotated[
        str | None,
        typer.Option(metavar="FECHA", help="El último día que sirve. [si falta: un año]"),
    ] = None,
) -> None:
    """Crea una clave y la escribe, sola en su línea y una única vez: guárdela."""
    from datetime import datetime, time

    from proxy.domain.acto import parse_day
    from proxy.flows import api_keys as flow

    known: tuple[Scope, ...] = get_args(Scope)
    if wrong := {*(permiso or ())} - {*known}:
        raise Misuse("api_key.scope", context, typed=", ".join(sorted(wrong)))
    parts = start.ready()
    until = None
    if vence:
        day = parse_day(vence, "fecha de vencimiento") + timedelta(days=1)
        until = datetime.combine(day, time(), parts.zone)
    scopes = tuple(scope for scope in known if scope in permiso) if permiso else SCOPES
    with parts.db.transaction() as tx:
        key, secret = flow.create(tx, sistema, scopes, until, test=prueba)
    kind = "de prueba, SIN VALOR LEGAL" if prueba else "real"
    end = start.to_the_second(key.expires_at, parts)
    print(
        f"Clave {key.id}, {kind}, de «{key.sender.system}». Permite: {', '.join(key.scopes)}. "
        f"Sirve hasta el {end}. No se volverá a mostrar:"
    )
    print(secret)


@claves_api.command("lista", cls=Command)
def show() -> None:
    """Muestra qué claves hay. Nunca la clave misma."""
    from proxy.flows import api_keys as flow

    parts = start.ready()
    with parts.db.reading() as tx:
        keys, now = flow.every(tx), tx.now

    def state(key: ApiKey) -> str:
        if key.retired_at:
            return f"retirada el {start.to_the_second(key.retired_at, parts)}"
        end = start.to_the_second(key.expires_at, parts)
        return f"sirve hasta el {end}" if key.expires_at > now else f"venció el {end}"

    for key in keys:
        kind = "prueba" if key.sender.test else "real"
        used = f"usada el {start.to_the_second(key.used_at, parts)}" if key.used_at else "sin usar"
        print(
            f"{key.id}  {key.sender.system}  {kind}  {' '.join(key.scopes)}  {state(key)}  {used}"
        )
    if not keys:
        print("No hay ninguna clave. Cree una con «casilla claves-api crear».")


@claves_api.command("retirar", cls=Command)
def retire(
    clave: Annotated[str, typer.Argument(metavar="ID", help="Como la muestra «claves-api lista».")],
) -> None:
    """Retira una clave: desde ese instante no abre nada."""
    from proxy.flows import api_keys as flow

    with start.ready().db.transaction() as tx:
        flow.retire(tx, clave)
    print(f"La clave {clave} se retiró y ya no sirve.")
