"""Casillas that the entity opens or unlocks: `cuentas crear`, `importar` …"""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from proxy.commands import importing, start
from proxy.commands.spanish import Command, Group
from proxy.errors import Refusal

cuentas = typer.Typer(cls=Group, help="Casillas de personas y empresas.", no_args_is_help=True)

Owner = Annotated[str, typer.Option(metavar="DNI-…", help="DNI-, RUC-, CE- o PAS-…")]
Checker = Annotated[str, typer.Option(metavar="NOMBRE", help="Quién comprobó su identidad.")]
Approver = Annotated[str, typer.Option(metavar="NOMBRE", help="Otra persona, que lo autoriza.")]


@cuentas.command("crear", cls=Command)
def open_casilla(
    identidad: Owner,
    nombres: Annotated[str, typer.Option(metavar="TEXTO", help="Nombres o razón social.")],
    correo: Annotated[str, typer.Option(metavar="CORREO", help="Adónde llegan sus alertas.")],
) -> None:
    """Abre una casilla. La contraseña se pide aquí mismo o se lee de la entrada."""
    from proxy.domain.identidad import read_identidad
    from proxy.domain.strength import refuse_weak
    from proxy.flows import cuentas as flow

    parts = start.ready()
    holder = read_identidad(identidad)
    password = _ask_password()
    refuse_weak(password, parts.policy.password, [holder.number, nombres, correo])
    hashed = parts.passwords.hash(password)
    with parts.db.transaction() as tx:
        flow.open_casilla(tx, holder, nombres, correo, hashed)
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
    from proxy.flows import cuentas as flow

    holder = _act_on(identidad, flow.restore)
    print(f"La contraseña de {holder} se puede usar otra vez desde cualquier equipo.")


@cuentas.command("sin-factor", cls=Command)
def without_factor(
    identidad: Owner,
    responde: Checker,
    autoriza: Approver,
) -> None:
    """Quita el segundo factor a quien perdió su celular y sus códigos. Lo firman dos personas."""
    from proxy.flows import factor

    holder = _act_on(identidad, factor.restore, (responde, autoriza))
    print(f"La casilla de {holder} se abre otra vez con un código por correo. Se avisó al titular.")


@cuentas.command("correo", cls=Command)
def correct_email(
    identidad: Owner,
    correo: Annotated[str, typer.Option(metavar="CORREO", help="El nuevo, adónde irá todo.")],
    responde: Checker,
    autoriza: Approver,
) -> None:
    """Cambia el correo de quien ya no puede abrir el registrado. Lo firman dos personas."""
    from proxy.flows import correction

    holder = _act_on(identidad, correction.set_email, correo, (responde, autoriza))
    print(
        f"El correo de la casilla de {holder} cambió, y se quitaron su contraseña y su celular. "
        "Se avisó al anterior y al nuevo."
    )


def _act_on(identidad: str, flow: Callable[..., None], *values: object) -> str:
    from proxy.domain.identidad import read_identidad

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        flow(tx, holder, *values)
    return str(holder)


def _ask_password() -> str:
    """A terminal is asked twice, a program gives one line. Never from the command line."""
    from getpass import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Contraseña: ")
    if getpass("Otra vez: ") != password:
        raise Refusal("password.different")
    return password
