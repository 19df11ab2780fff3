"""What is put into casillas: `depositar`, `demostracion`."""

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import start
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.domain.casilla import Casilla
    from proxy.domain.effect import Effect
    from proxy.domain.passwords import Passwords
    from proxy.flows.demonstration_people import Person
    from proxy.flows.deposit import Offered


def deposit(
    a: Annotated[str, typer.Option("--a", metavar="DNI-…", help="DNI o RUC del destinatario.")],
    expediente: Annotated[str, typer.Option(metavar="NÚMERO", help="Número de expediente.")],
    tipo: Annotated[str, typer.Option(metavar="TIPO", help="Tipo de documento, como CARTA.")],
    numero: Annotated[str, typer.Option(metavar="NÚMERO", help="Número del documento.")],
    asunto: Annotated[str, typer.Option(metavar="TEXTO", help="Asunto.")],
    dependencia: Annotated[str, typer.Option(metavar="TEXTO", help="Dependencia que remite.")],
    firmado_por: Annotated[str, typer.Option(metavar="NOMBRE", help="Quién lo firmó.")],
    elaborado_por: Annotated[str, typer.Option(metavar="NOMBRE", help="Quién lo elaboró.")],
    fecha_emision: Annotated[
        str, typer.Option(metavar="FECHA", help="AAAA-MM-DD o AAAA-MM-DDTHH:MM, hora oficial.")
    ],
    acto: Annotated[Path, typer.Option(metavar="ARCHIVO", help="El acto, en PDF.")],
    anexo: Annotated[
        list[Path] | None, typer.Option(metavar="ARCHIVO", help="Un anexo; se puede repetir.")
    ] = None,
    fecha_expediente: Annotated[
        str | None, typer.Option(metavar="FECHA", help="Fecha del expediente, AAAA-MM-DD.")
    ] = None,
    procedimiento: Annotated[
        str | None,
        typer.Option(
            metavar="P", help="El que elige cuándo surte efecto. [si falta: administrativo]"
        ),
    ] = None,
    dias: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Un plazo en días hábiles.")
    ] = None,
    cantidad: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Un plazo en otra unidad.")
    ] = None,
    unidad: Annotated[
        str | None, typer.Option(metavar="U", help="habiles, calendario, horas, meses o anios.")
    ] = None,
    distancia: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Días del término de la distancia.")
    ] = None,
    norma_distancia: Annotated[
        str | None, typer.Option(metavar="TEXTO", help="El cuadro del que salen esos días.")
    ] = None,
    de_nuevo: Annotated[
        bool, typer.Option("--de-nuevo", help="Deposita otra vez el mismo acto en esa casilla.")
    ] = False,
) -> None:
    """Deposita un acto y sus anexos en una casilla y deja lista la alerta por correo."""
    from proxy.domain.acto import Acto, parse_day, parse_moment
    from proxy.domain.effect import Ruling
    from proxy.domain.identidad import read_identidad
    from proxy.domain.plazo import Distance
    from proxy.domain.plazo_asked import BY_DEFAULT, amount
    from proxy.flows import deposit as flow

    parts = start.ready()
    identidad = read_identidad(a)
    described = Acto(
        expediente=expediente,
        expediente_on=parse_day(fecha_expediente, "fecha de expediente")
        if fecha_expediente
        else None,
        tipo=tipo,
        numero=numero,
        asunto=asunto,
        dependencia=dependencia,
        firmado_por=firmado_por,
        elaborado_por=elaborado_por,
        issued_at=parse_moment(fecha_emision, parts.zone, "fecha de emisión"),
    )
    ruling = Ruling(
        parts.catalog,
        BY_DEFAULT if procedimiento is None else procedimiento,
        amount(dias, cantidad, unidad),
        None if distancia is None else Distance(distancia, norma_distancia),
    )
    with ExitStack() as files:
        offered = _offer(files, acto)
        anexos = [_offer(files, path) for path in anexo or []]
        served = flow.receive(parts.documents, parts.limits, offered, anexos)
    with parts.db.transaction() as tx:
        receipt = flow.deposit(tx, parts.zone, identidad, described, served, ruling, anew=de_nuevo)
    effect = f"; {_effect(receipt.effect)}" if receipt.effect else ""
    print(f"Se depositó {receipt.id.hex()} el {start.to_the_second(receipt.at, parts)}{effect}.")


def _effect(effect: "Effect") -> str:
    from proxy.domain.plazo_steps import moment_text

    said = "si nadie la abre antes, surte efecto el" if effect.waits else "surte efecto el"
    ends = f" y el plazo vence el {moment_text(effect.ends)}" if effect.ends else ""
    return f"{said} {moment_text(effect.effective)}{ends}"


def demonstration(
    as_json: Annotated[
        bool, typer.Option("--json", help="Escribe la lista de cuentas en JSON.")
    ] = False,
) -> None:
    """Carga personas y notificaciones inventadas, solo en su propia computadora."""
    from proxy.domain.identity import CompanyClaim, PersonClaim
    from proxy.flows import demonstration as flow
    from proxy.flows.demonstration_people import KNOWN, STORIES, STRANGERS

    settings = start.read_settings()
    if not settings.local:
        raise Refusal("demonstration.public")
    parts = start.ready()
    with parts.db.reading() as tx:
        missing = flow.missing(tx)
    if missing:
        hashes = {person: parts.passwords.hash(person.password) for person in missing}
        with parts.db.transaction() as tx:
            flow.load(tx, parts.documents, parts.limits, parts.catalog, hashes)
    with parts.db.transaction() as tx:
        flow.introduce(tx)
    with parts.db.reading() as tx:
        holders = flow.holders(tx)
    accounts = [_account(parts.passwords, person, holders[person]) for person in STORIES]
    if as_json:
        print(json.dumps(accounts, ensure_ascii=False, indent=2))
        return

    _show(
        ("Identidad", "Nombres", "Contraseña", "Correo"),
        [tuple(value or "(la cambió)" for value in account.values()) for account in accounts],
    )
    print(f"La demostración está cargada. Ingrese en {settings.origin}/casilla/ingresar/")
    print("El token digital llega por correo: léalo con «casilla correo».")
    print("\nPara probar el registro hay otros inventados que aún no tienen casilla:\n")
    people = [one for one in STRANGERS if isinstance(one, PersonClaim)]
    companies = [one for one in STRANGERS if isinstance(one, CompanyClaim)]
    _show(
        ("Identidad", "CUI", "Paterno", "Materno", "Nombres", "Nació", "Sexo", "Emisión"),
        [
            (
                str(one.identidad), one.cui, one.apellido_paterno, one.apellido_materno,
                one.nombres, f"{one.born_on:%d/%m/%Y}", one.sexo, f"{one.issued_on:%d/%m/%Y}",
            )
            for one in people
        ],
    )  # fmt: skip
    _show(
        ("Identidad", "Razón social", "Distrito"),
        [(str(one.identidad), one.razon_social, one.distrito) for one in companies],
    )
    for company, known in KNOWN.items():
        if known.representatives:
            who = " o ".join(map(str, known.representatives))
            print(f"La casilla de {company} se abre en el momento si la registra {who}.")
    print("Las de otras empresas esperan: véalas con «casilla cuentas pendientes».")


def _show(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for title in titles:
        table.add_column(title, no_wrap=title != "Nombres")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _account(passwords: "Passwords", person: "Person", holder: "Casilla") -> dict[str, str | None]:
    """As the casilla is now. Whoever had it before, or tried it, may have another password."""
    proof = passwords.prove(holder.password, person.password)
    return {
        "identidad": str(person.identidad),
        "nombres": holder.nombres,
        "clave": person.password if proof.matches else None,
        "correo": holder.email,
    }


def _offer(files: ExitStack, path: Path) -> "Offered":
    from proxy.flows.deposit import Offered

    try:
        if path.is_file():  # opening a pipe would wait for ever
            return Offered(path.name, files.enter_context(path.open("rb")))
    except OSError:
        pass
    raise Refusal("file.missing", name=path.name)
