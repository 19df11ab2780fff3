"""People and notificaciones that are made up: `demostracion`."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import start
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.domain.casilla import Casilla
    from proxy.domain.passwords import Passwords
    from proxy.flows.demonstration_people import Person


def demonstration(
    as_json: Annotated[
        bool, typer.Option("--json", help="Escribe la lista de cuentas en JSON.")
    ] = False,
) -> None:
    """Carga personas y notificaciones inventadas, solo en su propia computadora."""
    from proxy.domain.identity import CompanyClaim, PersonClaim
    from proxy.flows import demonstration as flow
    from proxy.flows.demonstration_people import KNOWN, STORIES, STRANGERS, SYSTEM

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
    print(
        f"\nEl sistema «{SYSTEM}» envió algunas notificaciones. También una de prueba, que la "
        "persona no ve y él sí:\n"
        f"  casilla claves-api crear --sistema {SYSTEM} --prueba --permiso leer\n"
        f'  curl -H "Authorization: Bearer LA-CLAVE" {settings.origin}/api/v1/notificaciones'
    )


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
