"""A constancia that somebody shows: `constancia verificar`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import start
from proxy.commands.spanish import Command, Group
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.keys.seal_check import Whole

constancia = typer.Typer(cls=Group, help="Las constancias selladas.", no_args_is_help=True)


@constancia.callback()
def _group() -> None:
    """Without a callback, typer drops the word `verificar` while it is the only command."""


@constancia.command("verificar", cls=Command)
def verify(
    archivo: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="La constancia.")],
    certificados: Annotated[
        Path | None,
        typer.Option(metavar="FILE.pem", help="Los de la entidad. [si falta: los de aquí]"),
    ] = None,
    tsa: Annotated[
        Path | None,
        typer.Option(metavar="FILE.pem", help="Los de su autoridad de tiempo. [id.]"),
    ] = None,
) -> None:
    """Dice si una constancia está completa, quién la selló y qué acredita."""
    from proxy.keys import seal_check
    from proxy.keys.seal_file import path_of_authorities, path_of_certificates, read_certificates

    settings = start.read_settings()
    known = read_certificates(certificados or path_of_certificates(settings.seal_path))
    here = path_of_authorities(settings.seal_path)
    authorities = read_certificates(tsa or here, any_at_all=tsa is not None)
    with archivo.open("rb") as file:
        content = file.read(seal_check.LARGEST + 1)
    if len(content) > seal_check.LARGEST:
        raise Refusal("constancia.large")
    for line in _said(seal_check.check(content, known, authorities)):
        print(line)


def _said(found: "Whole") -> Iterator[str]:
    from proxy.keys.seal_file import describe
    from proxy.render.constancia_rows import moment_of, shown

    page, told = shown(found.told), found.told
    at = moment_of(told, found.at)
    yield "Está completa: nadie la cambió desde que se selló."
    yield f"La selló {found.by.holder} (certificado {found.by.serial}), el {at}."
    if found.attested:
        at = moment_of(told, found.attested.at)
        who = describe(found.attested.by).holder
        yield f"Una autoridad de tiempo conocida, {who}, da fe de que ya estaba sellada el {at}."
    yield from page.warnings
    yield f"\n{page.title}, N.° {told['id']}\n{told['emisor']['entidad']}\n"
    yield from page.paragraphs
    for section in (*page.sections, page.proof):
        yield f"\n{section.heading}"
        yield from (f"  {label}: {text}" for label, text in section.rows)
        yield from (f"  {number}. {step}" for number, step in enumerate(section.steps, 1))
        yield from (f"  {label}\n    {digest}" for label, digest in section.hashes)
    yield ""
    yield "Se comprobó que cada byte es el que se selló y que el certificado, vigente entonces, es"
    yield "de los de la entidad. No se preguntó a nadie: tampoco si un certificado se revocó."
