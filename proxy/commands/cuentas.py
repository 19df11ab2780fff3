"""Casillas that the entity opens or unlocks: `cuentas crear`, `importar` …"""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import importing, start
from proxy.commands.spanish import Command, Group
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.domain.identidad import Identidad
    from proxy.store.petitions import Petition

cuentas = typer.Typer(cls=Group, help="Casillas de personas y empresas.", no_args_is_help=True)

Owner = Annotated[str, typer.Option(metavar="DNI-…", help="DNI-, RUC-, CE- o PAS-…")]
Checker = Annotated[str, typer.Option(metavar="NOMBRE", help="Quién comprobó su identidad.")]
Approver = Annotated[
    str | None, typer.Option(metavar="NOMBRE", help="Otra persona, que lo aprobará.")
]
Number = Annotated[int, typer.Argument(min=1, metavar="N", help="El número del pedido.")]
Reason = Annotated[str, typer.Option(metavar="TEXTO", help="Por qué. Queda anotado.")]
# What `pendientes` says of a company, and what `aprobar` and `rechazar` say once it is done.
COMPANY = {
    "company": "solicita su casilla",
    "declared": "casilla abierta con un poder declarado",
}
REJECTED = {
    "company": "La solicitud de {} se rechazó. Se dijo el motivo al correo de quien la hizo.",
    "declared": "La casilla de {} quedó suspendida: nadie ingresa a ella. Se avisó a su correo.",
}
DONE = {
    "company": "Se abrió la casilla de {}. Sus credenciales van al correo de la solicitud.",
    "declared": "La casilla de {} sigue como está y ya no espera.",
    "email": (
        "El correo de la casilla de {} cambió, y se quitaron su contraseña, "
        "su celular y su segundo correo. "
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
    from proxy.domain.first_access import as_kept
    from proxy.domain.identidad import read_identidad
    from proxy.domain.strength import refuse_weak
    from proxy.flows import cuentas as flow

    parts = start.ready()
    holder = read_identidad(identidad)
    password = _ask_password()
    refuse_weak(password, parts.policy.password, [holder.number, nombres, correo])
    parts.breached.refuse(password)
    hashed = parts.passwords.hash(as_kept(password))
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
    brought = importing.bring(
        parts.db, archivo, flow.COLUMNS, flow.read, flow.check, flow.write, go_on=seguir
    )
    count = brought.lines
    many = "Se abrió 1 casilla." if count == 1 else f"Se abrieron {count} casillas."
    importing.tell(many, brought, go_on=seguir)


@cuentas.command("rehabilitar", cls=Command)
def restore(
    identidad: Owner,
) -> None:
    """Borra los intentos que otros hicieron con su identidad: puede ingresar y recuperar."""
    from proxy.domain.identidad import read_identidad
    from proxy.flows import cuentas as flow

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        flow.restore(tx, holder)
    print(f"{holder} puede ingresar y recuperar su contraseña otra vez desde cualquier equipo.")


@cuentas.command("pase", cls=Command)
def make_pass(
    identidad: Owner,
) -> None:
    """Da un enlace de un solo uso a quien está presente: su equipo cuenta como conocido."""
    from proxy.domain.identidad import read_identidad
    from proxy.flows import cuentas as flow
    from proxy.web.routes import path_of

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        made = flow.make_pass(tx, holder)
    token = parts.signing.link(flow.PASS, made)
    address = parts.settings.origin + path_of("login:pass:follow", token=token)
    minutes = flow.PASS_LIFE.seconds // 60
    print(f"Pase de {holder}: sirve {minutes} minutos y una sola vez. Debe abrirlo en su equipo:")
    print(address)
    if sys.stdout.isatty():
        from proxy.render import qr

        print(qr.terminal(address))


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
    """Lista lo que espera a la entidad: empresas sin poder confirmado y pedidos entre dos."""
    from proxy.flows import petitions

    parts = start.ready()
    with parts.db.reading() as tx:
        found = petitions.waiting(tx)
    for one, holder, nombres, draft in found:
        asked = start.to_the_second(one.asked_at, parts)
        until = start.to_the_second(one.expires_at, parts) if one.expires_at else "—"
        if one.act in ("company", "declared"):
            by = draft.represented_by if draft else ""
            how = (
                "con los datos de su documento"
                if draft and draft.proved_by_data
                else "con su casilla"
            )
            reach = f"{draft.typed['correo']}, {draft.typed['telefono']}" if draft else ""
            print(
                f"{one.id}  {holder}  {COMPANY[one.act]}: {nombres}  dice representarla: "
                f"{by or '—'}  probado: {how if by else '—'}  contacto: {reach or '—'}  "
                f"desde: {asked}  hasta: {until}"
            )
            continue
        what = f"correo nuevo: {one.email}" if one.email else "quitar el segundo factor"
        print(
            f"{one.id}  {holder}  {what}  pedido por: {one.asked_by}  desde: {asked}  "
            f"hasta: {until}  responde: {one.responds}  autoriza: {one.authorises or '—'}"
        )
    if not found:
        print("No hay solicitudes ni pedidos que esperen.")


@cuentas.command("bajas", cls=Command)
def left() -> None:
    """Lista a quienes se dieron de baja: notifíquelos por otro medio."""
    from proxy.flows import revocation

    parts = start.ready()
    with parts.db.reading() as tx:
        found = revocation.left(tx)
    for one in found:
        print(
            f"{one.casilla.identidad}  {one.casilla.nombres}  "
            f"desde: {start.to_the_second(one.at, parts)}  sin leer: {one.unread}"
        )
    if not found:
        print("Nadie se dio de baja de su casilla.")


@cuentas.command("aprobar", cls=Command)
def approve(
    numero: Number,
) -> None:
    """Aprueba una solicitud, o hace lo que otra persona pidió. Mire antes «pendientes»."""
    from proxy.flows import first_access, petitions, power

    parts = start.ready()
    made = first_access.first(parts.policy, parts.vault)
    if made.secret:  # before the transaction: it takes long
        made = replace(made, hashed=parts.passwords.hash(made.secret))
    with parts.db.transaction() as tx:
        if power.about(tx, numero):
            done, holder = power.approve(tx, parts.policy, parts.catalog, numero, made)
        else:
            done, holder = petitions.approve(tx, numero)
    print(DONE[done.act].format(holder))


@cuentas.command("rechazar", cls=Command)
def refuse(
    numero: Number,
    motivo: Reason = "",
) -> None:
    """Rechaza una solicitud, diciendo por qué, o deja sin efecto un pedido entre dos personas."""
    from proxy.flows import petitions, power

    with start.ready().db.transaction() as tx:
        if power.about(tx, numero):
            done, holder = power.reject(tx, numero, motivo)
            said = REJECTED[done.act].format(holder)
        else:
            petitions.refuse(tx, numero, motivo)
            said = f"El pedido {numero} quedó sin efecto."
    print(said)


@cuentas.command("suspender", cls=Command)
def suspend(identidad: Owner, motivo: Reason = "") -> None:
    """Nadie ingresa a la casilla y no se deposita nada en ella. No se pierde nada."""
    holder = _change("suspend", identidad, motivo)
    print(
        f"La casilla de {holder} quedó suspendida y sus sesiones se cerraron. Se avisó al titular."
    )


@cuentas.command("levantar", cls=Command)
def lift(identidad: Owner) -> None:
    """Vuelve a abrir una casilla suspendida o cerrada."""
    holder = _change("lift", identidad)
    print(f"La casilla de {holder} se puede usar otra vez. Se avisó al titular.")


@cuentas.command("cerrar", cls=Command)
def close(identidad: Owner, motivo: Reason = "") -> None:
    """No se deposita nada más en la casilla. Su titular lee un año lo que se le notificó."""
    holder = _change("close_for_good", identidad, motivo)
    print(f"La casilla de {holder} quedó cerrada. Se avisó al titular.")


@cuentas.command("cerrar-sesiones", cls=Command)
def end_sessions(identidad: Owner) -> None:
    """Cierra todas las sesiones de una casilla y olvida sus equipos."""
    holder = _change("end_sessions", identidad)
    print(f"Se cerraron las sesiones de {holder} y se olvidaron sus equipos. Se avisó al titular.")


def _change(act: str, identidad: str, *values: str) -> "Identidad":
    from proxy.domain.identidad import read_identidad
    from proxy.flows import cuentas as flow

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        getattr(flow, act)(tx, holder, *values)
    return holder


def _ask(flow: "Callable[..., Petition]", identidad: str, *values: str | None) -> None:
    from proxy.domain.identidad import read_identidad

    parts = start.ready()
    holder = read_identidad(identidad)
    with parts.db.transaction() as tx:
        made = flow(tx, holder, *values)
    assert made.expires_at is not None  # an act of two people expires
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
