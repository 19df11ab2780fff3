"""Casillas that the entity opens or unlocks: `cuentas crear`, `importar` …"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import importing, start
from proxy.commands.spanish import Command, Group
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.store.petitions import Petition

cuentas = typer.Typer(cls=Group, help="Casillas de personas y empresas.", no_args_is_help=True)

Owner = Annotated[str, typer.Option(metavar="DNI-…", help="DNI-, RUC-, CE- o PAS-…")]
Checker = Annotated[str, typer.Option(metavar="NOMBRE", help="Quién comprobó su identidad.")]
Approver = Annotated[
    str | None, typer.Option(metavar="NOMBRE", help="Otra persona, que lo aprobará.")
]
Number = Annotated[int, typer.Argument(min=1, metavar="N", help="El número del pedido.")]
# What `aprobar` says once it is done.
DONE = {
    "email": (
        "El correo de la casilla de {} cambió, y se quitaron su contraseña y su celular. "
        "Se avisó al anterior y al nuevo."
    ),
    "factor": "La casilla de {} se abre otra vez con un código por correo. Se avisó al titular.",
}


@cuentas.command("crear", cls=Command)
def open_casilla(
    identidad: Owner,
    nombres: Annotated[str, typer.Option(metavar="TEXTO", help="Nombres o razón social.")],
    correo: Annotated[str, typer.Option(metavar="CORREO", help="Adónde llegan sus alertas.")],
) -> None:
    """Abre una casilla. La contraseña se pide o se lee de la entrada; sirve una vez y un día."""
    from proxy.domain.identidad import read_identidad
    from proxy.domain.strength import refuse_weak
    from proxy.flows import cuentas as flow

    parts = start.ready()
    holder = read_identidad(identidad)
    password = _ask_password()
    refuse_weak(password, parts.policy.password, [holder.number, nombres, correo])
    parts.breached.refuse(password)
    hashed = parts.passwords.hash(password)
    with parts.db.transaction() as tx:
        life = parts.policy.first_access_life
        flow.open_casilla(tx, holder, nombres, correo, hashed, first_for=life)
    print(f"Se abrió la casilla de {holder}.")


@cuentas.command("importar", cls=Command)
def bring(
    archivo: importing.Sheet,
    seguir: importing.GoOn = False,
) -> None:
    """Abre las casillas de un sistema anterior. Cada titular elige después su contraseña."""
    from proxy.flows import importing as flow

    parts = start.ready()
    count, left_out = importing.bring(
        parts.db, archivo, flow.COLUMNS, flow.read, flow.write, go_on=seguir
    )
    many = "Se abrió 1 casilla." if count == 1 else f"Se abrieron {count} casillas."
    importing.tell(many, left_out, go_on=seguir)


@cuentas.command("rehabilitar", cls=Command)
def restore(
    identidad: Owner,
) -> None:
    """Permite otra vez la contraseña después de cien intentos fallidos seguidos."""
    from proxy.domain.identidad import read_identidad
    from proxy.flows import cuentas as flow

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        flow.restore(tx, holder)
    print(f"La contraseña de {holder} se puede usar otra vez desde cualquier equipo.")


@cuentas.command("sin-factor", cls=Command)
def without_factor(
    identidad: Owner,
    responde: Checker,
    autoriza: Approver = None,
) -> None:
    """Pide quitar el segundo factor a quien perdió su celular y sus códigos. Otro lo aprueba."""
    from proxy.flows import petitions

    _ask(petitions.ask_factor, identidad, responde, autoriza)


@cuentas.command("correo", cls=Command)
def correct_email(
    identidad: Owner,
    correo: Annotated[str, typer.Option(metavar="CORREO", help="El nuevo, adónde irá todo.")],
    responde: Checker,
    autoriza: Approver = None,
) -> None:
    """Pide cambiar el correo de quien ya no puede abrir el registrado. Otro lo aprueba."""
    from proxy.flows import petitions

    _ask(petitions.ask_email, identidad, correo, responde, autoriza)


@cuentas.command("pendientes", cls=Command)
def waiting() -> None:
    """Lista los pedidos que esperan a una segunda persona."""
    from proxy.flows import petitions

    parts = start.ready()
    with parts.db.reading() as tx:
        found = petitions.waiting(tx)
    for one, holder in found:
        what = f"correo nuevo: {one.email}" if one.email else "quitar el segundo factor"
        asked, until = (start.to_the_second(at, parts) for at in (one.asked_at, one.expires_at))
        print(
            f"{one.id}  {holder}  {what}  pedido por: {one.asked_by}  desde: {asked}  "
            f"hasta: {until}  responde: {one.responds}  autoriza: {one.authorises or '—'}"
        )
    if not found:
        print("No hay pedidos que esperen a una segunda persona.")


@cuentas.command("aprobar", cls=Command)
def approve(
    numero: Number,
) -> None:
    """Hace lo que otra persona pidió. Revise antes con «pendientes» qué es."""
    from proxy.flows import petitions

    with start.ready().db.transaction() as tx:
        done, holder = petitions.approve(tx, numero)
    print(DONE[done.act].format(holder))


@cuentas.command("rechazar", cls=Command)
def refuse(
    numero: Number,
) -> None:
    """Deja sin efecto un pedido, propio o de otra persona."""
    from proxy.flows import petitions

    with start.ready().db.transaction() as tx:
        petitions.refuse(tx, numero)
    print(f"El pedido {numero} quedó sin efecto.")


def _ask(flow: "Callable[..., Petition]", identidad: str, *values: str | None) -> None:
    from proxy.domain.identidad import read_identidad

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        made = flow(tx, holder, *values)
    print(
        f"Todavía no cambió nada: antes del {start.to_the_second(made.expires_at, parts)}, "
        f"{made.authorises or 'otra persona'} debe ejecutar con su propio usuario "
        f"«casilla cuentas aprobar {made.id}»."
    )


def _ask_password() -> str:
    """A terminal is asked twice, a program gives one line. Never from the command line."""
    from getpass import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Contraseña: ")
    if getpass("Otra vez: ") != password:
        raise Refusal("password.different")
    return password
