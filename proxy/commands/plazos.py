"""When a notificacion takes effect, as JSON for other programs: `plazo`."""

import json
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from proxy.commands import start
from proxy.errors import Refusal

INSTANT = "AAAA-MM-DDTHH:MM"
DAY = "AAAA-MM-DD"


def plazo(
    deposito: Annotated[str, typer.Option(metavar=INSTANT, help="Cuándo se depositó.")],
    acuse: Annotated[str | None, typer.Option(metavar=INSTANT, help="Cuándo se abrió.")] = None,
    procedimiento: Annotated[
        str | None,
        typer.Option(metavar="P", help="El que elige la regla. [si falta: administrativo]"),
    ] = None,
    regla: Annotated[
        str | None, typer.Option(metavar="R", help="Una regla, en vez del procedimiento.")
    ] = None,
    calendario: Annotated[
        str | None, typer.Option(metavar="C", help="Por qué días cuenta. [si falta: el suyo]")
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
    inicio_no_antes_de: Annotated[
        str | None, typer.Option(metavar=DAY, help="Si lo notificado pospone el cómputo.")
    ] = None,
    sin_atencion: Annotated[
        list[str] | None,
        typer.Option(metavar=DAY, help="Un día en que no se atendió. Puede repetirse."),
    ] = None,
) -> None:
    """Calcula cuándo surte efecto una notificación y cuándo vence un plazo, como JSON."""
    from catalog.reading.reader import read_catalog
    from proxy.domain import plazo_asked as asked
    from proxy.domain.plazo import Distance, Later, Question

    catalog = read_catalog(start.read_settings().catalog_dir)
    zone = ZoneInfo(catalog.entity.zona_horaria)
    if procedimiento and regla:
        raise Refusal("plazo.rule_twice")
    question = Question(
        deposited=asked.moment(deposito, zone),
        read=asked.moment(acuse, zone) if acuse else None,
        term=asked.amount(dias, cantidad, unidad),
        distance=None if distancia is None else Distance(distancia),
        not_before=Later(asked.day(inicio_no_antes_de)) if inicio_no_antes_de else None,
        closed=frozenset(map(asked.day, sin_atencion or ())),
    )
    choice = asked.Choice(procedimiento, regla, calendario)
    answer = asked.answer(catalog, question, choice)
    print(json.dumps(answer.as_dict(), ensure_ascii=False, indent=2))
