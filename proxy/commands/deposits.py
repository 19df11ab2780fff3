"""What the entity serves, and takes back: `depositar`, `anular`."""

from codecs import BOM_UTF8
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proxy.commands import start
from proxy.commands.spanish import Misuse
from proxy.errors import Refusal

if TYPE_CHECKING:
    from proxy.domain.effect import Effect
    from proxy.flows.deposit import Receipt
    from proxy.flows.postponement import Postponed
    from proxy.installation import Installation

# Without --datos each of them is needed; with it none of them may stand.
NEEDED = (
    "a", "expediente", "tipo", "numero", "asunto", "dependencia", "firmado_por", "elaborado_por",
    "fecha_emision", "acto",
)  # fmt: skip
BESIDE = {"acto", "anexo", "procedimiento", "datos", "de_nuevo"}  # may stand with --datos


def deposit(
    context: typer.Context,
    a: Annotated[
        str | None, typer.Option("--a", metavar="DNI-…", help="DNI o RUC del destinatario.")
    ] = None,
    expediente: Annotated[
        str | None, typer.Option(metavar="NÚMERO", help="Número de expediente.")
    ] = None,
    tipo: Annotated[
        str | None, typer.Option(metavar="TIPO", help="Tipo de documento, como CARTA.")
    ] = None,
    numero: Annotated[
        str | None, typer.Option(metavar="NÚMERO", help="Número del documento.")
    ] = None,
    asunto: Annotated[str | None, typer.Option(metavar="TEXTO", help="Asunto.")] = None,
    dependencia: Annotated[
        str | None, typer.Option(metavar="TEXTO", help="Dependencia que remite.")
    ] = None,
    firmado_por: Annotated[
        str | None, typer.Option(metavar="NOMBRE", help="Quién lo firmó.")
    ] = None,
    elaborado_por: Annotated[
        str | None, typer.Option(metavar="NOMBRE", help="Quién lo elaboró.")
    ] = None,
    fecha_emision: Annotated[
        str | None,
        typer.Option(metavar="FECHA", help="AAAA-MM-DD o AAAA-MM-DDTHH:MM, hora oficial."),
    ] = None,
    acto: Annotated[Path | None, typer.Option(metavar="ARCHIVO", help="El acto, en PDF.")] = None,
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
    datos: Annotated[
        Path | None,
        typer.Option(
            metavar="ARCHIVO.json", help="Todos los datos, como los de la API, y los recursos."
        ),
    ] = None,
    de_nuevo: Annotated[
        bool, typer.Option("--de-nuevo", help="Deposita otra vez el mismo acto en esa casilla.")
    ] = False,
) -> None:
    """Deposita un acto y sus anexos en una casilla y deja lista la alerta.

    Con --datos los datos salen de un archivo, y los archivos que nombra, de su carpeta, o de --acto
    y --anexo. Sin --datos hacen falta las opciones hasta --acto, y queda anotado que no se declaró
    qué recursos proceden.
    """
    from proxy.domain.acto import Acto, parse_day, parse_moment
    from proxy.domain.effect import Ruling
    from proxy.domain.identidad import read_identidad
    from proxy.domain.plazo import Distance
    from proxy.domain.plazo_asked import BY_DEFAULT, amount
    from proxy.flows import deposit as flow

    given = context.params
    if datos:
        if any(value for name, value in given.items() if name not in BESIDE):
            raise Misuse("datos.alone", context)
        _deposit_file(datos, acto, anexo, procedimiento, anew=de_nuevo)
        return
    for name in NEEDED:
        if given[name] is None:
            param: Any = next(one for one in context.command.params if one.name == name)
            raise typer.BadParameter("", context, param)
    parts = start.ready()
    identidad = read_identidad(given["a"])
    described = Acto(
        expediente_on=parse_day(fecha_expediente, "fecha de expediente")
        if fecha_expediente
        else None,
        issued_at=parse_moment(given["fecha_emision"], parts.zone, "fecha de emisión"),
        **{name: given[name] for name in NEEDED[1:-2]},
    )
    ruling = Ruling(
        parts.catalog,
        BY_DEFAULT if procedimiento is None else procedimiento,
        amount(dias, cantidad, unidad),
        None if distancia is None else Distance(distancia, norma_distancia),
    )
    with ExitStack() as files:
        first, *others = [
            flow.Offered(path.name, opened(files, path)) for path in (given["acto"], *(anexo or ()))
        ]
        served = flow.receive(parts.documents, parts.limits, first, others)
    with parts.db.transaction() as tx:
        receipt = flow.deposit(
            tx, parts.zone, identidad, described, served, ruling,
            anew=de_nuevo, sms=parts.settings.sends_sms,
        )  # fmt: skip
    _tell(receipt, parts)


def annul(
    numero: Annotated[
        str, typer.Argument(metavar="NÚMERO", help="Su número, como CE-2026-000123-H, o su código.")
    ],
    motivo: Annotated[str, typer.Option(metavar="TEXTO", help="Por qué. Lo leerá la persona.")],
    reemplazo: Annotated[
        str | None,
        typer.Option(metavar="NÚMERO", help="La notificación que la reemplaza, ya depositada."),
    ] = None,
) -> None:
    """Anula una notificación: queda donde está, y dice que se anuló y por qué."""
    from proxy.flows import annulment as flow

    parts = start.ready()
    with parts.db.transaction() as tx:
        done = flow.annul(tx, parts.catalog, numero, motivo, reemplazo)
    since = start.to_the_second(done.annulment.at, parts)
    print(f"La notificación {numero} está anulada desde el {since}.")


def extend(
    numero: Annotated[
        str, typer.Argument(metavar="NÚMERO", help="Su número, como CE-2026-000123-H, o su código.")
    ],
    cantidad: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Cuánto más.")],
    unidad: Annotated[
        str, typer.Option(metavar="U", help="habiles, calendario, horas, meses o anios.")
    ],
    norma: Annotated[
        str, typer.Option(metavar="TEXTO", help="La que permite prorrogarlo. La leerá la persona.")
    ],
    motivo: Annotated[str, typer.Option(metavar="TEXTO", help="Por qué. Lo leerá la persona.")],
) -> None:
    """Prorroga un plazo, una sola vez y antes de que venza: las primeras fechas quedan escritas."""
    from proxy.domain.plazo_asked import term
    from proxy.flows import postponement as flow

    parts, more = start.ready(), term(cantidad, unidad)
    with parts.db.transaction() as tx:
        done = flow.extend(tx, parts.catalog, numero, more, norma, motivo)
    _tell_dates(numero, done)


def begin_later(
    numero: Annotated[
        str, typer.Argument(metavar="NÚMERO", help="Su número, como CE-2026-000123-H, o su código.")
    ],
    fecha: Annotated[str, typer.Option(metavar="AAAA-MM-DD", help="Desde cuándo corre.")],
    norma: Annotated[
        str, typer.Option(metavar="TEXTO", help="La que lo dispone. La leerá la persona.")
    ],
) -> None:
    """Dispone que un plazo corra desde más tarde: las primeras fechas quedan escritas."""
    from proxy.domain.plazo import Later
    from proxy.domain.plazo_asked import day
    from proxy.flows import postponement as flow

    parts, later = start.ready(), Later(day(fecha), norma)
    with parts.db.transaction() as tx:
        done = flow.begin_later(tx, parts.catalog, numero, later)
    _tell_dates(numero, done)


def _tell_dates(number: str, done: "Postponed") -> None:
    from proxy.domain.effect import parse
    from proxy.domain.plazo_steps import moment_text

    found = parse(done.postponement.effect)
    ends = f" y vence el {moment_text(found.ends)}" if found.ends else ""
    since = moment_text(found.starts)
    print(f"El plazo de la notificación {number} corre desde el {since}{ends}.")


def _deposit_file(
    path: Path,
    acto: Path | None,
    anexos: "list[Path] | None",
    procedure: str | None,
    *,
    anew: bool,
) -> None:
    from proxy.domain.datos import BYTES, Malformed, read_datos
    from proxy.domain.plazo_asked import BY_DEFAULT
    from proxy.flows import deposit as flow

    parts = start.ready()
    with ExitStack() as files:
        text = opened(files, path).read(BYTES + 1)
        if len(text) > BYTES:
            raise Refusal("datos.large", name=path.name, most=BYTES)
        try:
            # Editors of Windows put a mark before what they save. A system must not.
            datos = read_datos(text.removeprefix(BOM_UTF8), procedure or BY_DEFAULT)
            if procedure and datos.procedimiento != procedure:
                raise Refusal("datos.procedure", said=datos.procedimiento)
            others = anexos or [path.with_name(Path(one.nombre).name) for one in datos.anexos]
            first, rest = flow.offered(
                datos,
                opened(files, acto or path.with_name(Path(datos.acto.nombre).name)),
                [opened(files, one) for one in others],
            )
        except Malformed as malformed:
            raise Refusal("datos.malformed", said=malformed) from None
        served = flow.receive(parts.documents, parts.limits, first, rest)
    with parts.db.transaction() as tx:
        receipt = flow.deposit(
            tx,
            parts.zone,
            datos.identidad,
            datos.described(parts.zone),
            served,
            datos.ruling(parts.catalog),
            datos.content(parts.catalog),
            anew=anew,
            sms=parts.settings.sends_sms,
        )
    _tell(receipt, parts)


def _tell(receipt: "Receipt", parts: "Installation") -> None:
    effect = f"; {_effect(receipt.effect)}" if receipt.effect else ""
    at = start.to_the_second(receipt.at, parts)
    number = receipt.notificacion.number
    print(f"Se depositó {receipt.id.hex()} el {at} con el número {number}{effect}.")


def _effect(effect: "Effect") -> str:
    from proxy.domain.plazo_steps import moment_text

    said = "si nadie la abre antes, surte efecto el" if effect.waits else "surte efecto el"
    ends = f" y el plazo vence el {moment_text(effect.ends)}" if effect.ends else ""
    return f"{said} {moment_text(effect.effective)}{ends}"


def opened(files: ExitStack, path: Path) -> BufferedReader:
    """Refuses `file.missing`, also for what is no file: a pipe would be waited for for ever."""
    try:
        if path.is_file():
            return files.enter_context(path.open("rb"))
    except OSError:
        pass
    raise Refusal("file.missing", name=path.name)
