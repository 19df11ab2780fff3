"""The people and the acts of the demonstration. The people do not exist; the passwords are public.

Days are counted back from the day on which the demonstration is loaded.
"""

from dataclasses import dataclass
from datetime import date
from itertools import cycle

from proxy.domain.content import Remedy
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Claim, CompanyClaim, Known, PersonClaim
from proxy.domain.plazo import Term


@dataclass(frozen=True)
class Person:
    identidad: Identidad
    nombres: str
    email: str  # under .example, a domain that can never exist (RFC 2606)
    password: str


@dataclass(frozen=True)
class Said:
    """The parts of a Content that do not come from the sheets."""

    remedies: tuple[Remedy, ...] = ()
    no_remedies: str | None = None
    exhausts: bool = False
    validity: str = "Desde el día siguiente de su notificación"


@dataclass(frozen=True)
class Story:
    """An acto, and when its owner reads it."""

    tipo: str
    asunto: str
    paragraphs: tuple[str, ...]
    days_ago: int
    read_after: int | None = None  # days; None: the owner has not read it
    anexos: tuple[str, ...] = ()  # kinds: pdf, png, txt, csv
    content: Said | None = None  # what was declared (L7) by SYSTEM, which sent it
    annulled: str | None = None  # why; the next act replaces it
    test: bool = False  # SYSTEM tries its program: its owner never sees it


ROSA = Person(
    Identidad("DNI", "40000001"),
    "Rosa Quispe Imaginaria",
    "rosa@demo.example",
    "Quinua-Azul-41",
)
BRUNO = Person(
    Identidad("DNI", "40000002"),
    "Bruno Mamani Supuesto",
    "bruno@demo.example",
    "Cancha-Roja-72",
)
CARMEN = Person(
    Identidad("DNI", "40000003"),
    "Carmen Flores Inventada",
    "carmen@demo.example",
    "Lucuma-Verde-36",
)
COMERCIAL_SUR = Person(
    Identidad("RUC", "20000000010"),
    "Comercial Sur Ficticia S.A.C.",
    "sur@demo.example",
    "Papaya-Blanca-58",
)

# The local register knows these people, and they have no casilla: a visitor types their data to try
# the registration.
STRANGERS: tuple[Claim, ...] = (
    PersonClaim(
        Identidad("DNI", "40000011"), "Yupanqui", "Imaginaria", "Elena",
        date(1988, 2, 29), "F", date(2021, 7, 15), "1",
    ),
    PersonClaim(
        Identidad("DNI", "40000012"), "Núñez", "Supuesto", "José María",
        date(1975, 11, 3), "M", date(2019, 4, 22), "9",
    ),
    PersonClaim(
        Identidad("CE", "000400013"), "Inventada", "", "Petra",
        date(1992, 6, 18), "F", date(2023, 9, 1), "",
    ),
    CompanyClaim(
        Identidad("RUC", "20000000028"), "Panadería Imaginaria del Norte E.I.R.L.", "Trujillo"
    ),
    CompanyClaim(Identidad("RUC", "20000000036"), "Textiles Supuestos S.A.C.", "Ate"),
)  # fmt: skip

# The bakery opens its casilla at once when one of these represents it; the textiles wait.
KNOWN = {
    Identidad("RUC", "20000000028"): Known(
        (ROSA.identidad, Identidad("DNI", "40000011")), ("contacto@panaderia.example",)
    ),
    Identidad("DNI", "40000011"): Known((), ("elena.de.antes@demo.example",)),
}

FINE = (
    "Se le comunica que en el registro figura una multa por no haber sufragado en las elecciones "
    "que se indican en el expediente.",
    "Puede presentar su descargo dentro de los plazos que señala la norma, por la mesa de partes.",
)
WORKSHOP = (
    "Se le invita a participar en el taller de educación cívica que se dictará en su distrito.",
    "La participación es gratuita. Responda a esta carta para reservar su lugar.",
)
COPIES = (
    "En atención a su solicitud de acceso a la información pública, se le remiten las copias que "
    "pidió, en los anexos de este acto.",
)
RESOLUTION = (
    "Visto el expediente y los informes que lo acompañan, se resuelve declarar fundado el pedido.",
    "Contra esta resolución procede el recurso que la norma establece, dentro del plazo de ley.",
)
OBSERVATION = (
    "Al revisar su solicitud se encontró que falta el documento que acredita la representación.",
    "Subsane la observación dentro del plazo; de lo contrario, la solicitud se tendrá por no "
    "presentada.",
)
POLLSTER = (
    "Se deja constancia de que la inscripción en el registro de encuestadoras sigue vigente.",
    "El detalle de los informes recibidos está en la hoja que se adjunta.",
)

SYSTEM = "sgd-demostracion"
APPEAL = Said(
    (
        Remedy("Recurso de reconsideración", "El Área de Demostración", Term(15, "habiles")),
        Remedy("Recurso de apelación", "El Pleno de Demostración", Term(15, "habiles")),
    )
)
NO_APPEAL = Said(no_remedies="Es una comunicación: no decide nada que se pueda impugnar.")
WRONG_SUM = "El monto de la multa estaba mal: se notifica otra vez con el correcto."

STORIES: dict[Person, tuple[Story, ...]] = {
    ROSA: (
        Story("CARTA", "Invitación a un taller de educación cívica", WORKSHOP, 724, 2, ("png",)),
        Story("OFICIO", "Respuesta a su solicitud de información", COPIES, 511, 1, ("pdf", "csv")),
        Story(
            "RESOLUCIÓN",
            "Se declara fundado su pedido de dispensa",
            RESOLUTION,
            302,
            5,
            content=APPEAL,
        ),
        Story("CARTA", "Multa por omisión al sufragio", FINE, 96, 3, ("pdf",)),
        Story("CARTA", "Observación a su solicitud de justificación", OBSERVATION, 12),
        Story(
            "OFICIO",
            "Copias que solicitó",
            COPIES,
            5,
            None,
            ("pdf", "png", "txt"),
            content=NO_APPEAL,
        ),
        Story("CARTA", "Prueba del sistema de trámite", WORKSHOP, 5, content=NO_APPEAL, test=True),
        Story(
            "RESOLUCIÓN",
            "Se resuelve su descargo por la multa",
            RESOLUTION,
            4,
            None,
            ("pdf",),
            content=APPEAL,
            annulled=WRONG_SUM,
        ),
        Story(
            "RESOLUCIÓN",
            "Se resuelve su descargo por la multa",
            RESOLUTION,
            1,
            None,
            ("pdf",),
            content=APPEAL,
        ),
    ),
    BRUNO: (
        Story("CARTA", "Multa por omisión al sufragio", FINE, 650, 8, ("txt",)),
        Story("OFICIO", "Respuesta a su solicitud de información", COPIES, 333, 1, ("csv",)),
        Story("CARTA", "Invitación a un taller de educación cívica", WORKSHOP, 60, None, ("png",)),
        Story("RESOLUCIÓN", "Se resuelve su descargo por la multa", RESOLUTION, 3),
    ),
    COMERCIAL_SUR: (
        Story("CONSTANCIA", "Inscripción vigente como encuestadora", POLLSTER, 702, 4, ("csv",)),
        Story("OFICIO", "Observación al informe de una encuesta", OBSERVATION, 420, 2, ("pdf",)),
        Story("CONSTANCIA", "Inscripción vigente como encuestadora", POLLSTER, 337, 6, ("csv",)),
        Story("RESOLUCIÓN", "Se levanta la observación al informe", RESOLUTION, 188, 1),
        Story("OFICIO", "Solicitud de información complementaria", OBSERVATION, 9, None, ("txt",)),
        Story("CARTA", "Invitación a un taller para encuestadoras", WORKSHOP, 2, None, ("png",)),
    ),
}


def _many() -> tuple[Story, ...]:
    kinds = cycle(
        [
            ("CARTA", "Invitación a un taller de educación cívica", WORKSHOP, ("png",)),
            ("OFICIO", "Respuesta a su solicitud de información", COPIES, ("pdf", "csv")),
            ("CARTA", "Multa por omisión al sufragio", FINE, ()),
            ("RESOLUCIÓN", "Se resuelve su descargo por la multa", RESOLUTION, ("txt",)),
            ("CARTA", "Observación a su solicitud de justificación", OBSERVATION, ()),
        ]
    )
    return tuple(
        Story(tipo, asunto, paragraphs, days, days % 9 + 1 if days > 330 else None, anexos)
        for (tipo, asunto, paragraphs, anexos), days in zip(kinds, range(723, 0, -14), strict=False)
    )


STORIES[CARMEN] = _many()
