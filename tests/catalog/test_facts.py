"""The catalogue says what the approved one says (C1, C2, C4, C5)."""

from datetime import UTC, date, datetime

import pytest

from catalog.reading.model import Catalog
from catalog.reading.service import Hours, Service

# C1, C2: by number of service, what its own list names and what the annex has as rows.
OFFERED_AND_ROWS = {
    1: (6, 6), 2: (1, 1), 3: (1, 1), 4: (9, 9), 5: (9, 9), 6: (3, 3), 7: (3, 2), 8: (4, 4),
    9: (1, 1), 10: (1, 1), 11: (3, 2), 12: (6, 6), 13: (5, 5), 14: (16, 16), 15: (6, 6), 16: (6, 4),
}  # fmt: skip
INTERNAL_ROWS = {
    17: 1, 18: 7, 19: 1, 20: 5, 21: 1, 22: 3, 23: 3,
    24: 4, 25: 5, 26: 1, 27: 3, 28: 3, 29: 4, 30: 2,
}  # fmt: skip
NAMES = (
    "BÚSQUEDAS DE INFORMACIÓN ELECTORAL",
    "CONSULTA DE MULTAS ELECTORALES",
    "CONSULTA WEB ADMINISTRATIVA",
    "CONSULTAS WEB EN EL MARCO DE LA LEY DE TRANSPARENCIA",
    "DESCARGAS DE INFORMACIÓN",
    "INFORMACIÓN ADMINISTRATIVA",
    "NOTIFICACIONES ELECTRÓNICAS",
    "PLATAFORMAS INTERACTIVAS DE EDUCACIÓN ELECTORAL",
    "PORTAL WEB INSTITUCIONAL",
    "REGISTRO ELECTORAL DE ENCUESTADORAS",
    "RESULTADOS DEL PROCESO ELECTORAL",
    "SERVICIOS ASOCIADOS A EXPEDIENTES Y RESOLUCIONES",
    "SERVICIOS ASOCIADOS A LOS JEE",
    "SERVICIOS ASOCIADOS A ORGANIZACIONES POLÍTICAS Y CANDIDATOS",
    "SOLICITUDES Y TRÁMITES ELECTRÓNICOS",
    "VISUALIZACIONES EN VIDEO Y STREAMING",
)


def by_number(catalog: Catalog, number: int) -> Service:
    return next(service for service in catalog.services if service.number == number)


def test_there_are_sixteen_services_in_their_order_c1(catalog: Catalog) -> None:
    assert [service.id for service in catalog.services] == [
        f"{number:03}-2019-CS-JNE" for number in range(1, 17)
    ]
    assert tuple(service.nombre.upper() for service in catalog.services) == NAMES


def test_every_service_offers_what_its_list_names_c1_c2(catalog: Catalog) -> None:
    found = {s.number: (len(s.ofrece), len(s.annex_rows)) for s in catalog.services}
    assert found == OFFERED_AND_ROWS


def test_thirty_technological_services_have_76_and_43_subservices_c2(catalog: Catalog) -> None:
    assert [row.number for row in catalog.technology] == list(range(1, 31))
    digital = [row for row in catalog.technology if row.digital]
    internal = [row for row in catalog.technology if not row.digital]
    assert sum(len(row.subservices) for row in digital) == 76
    assert {row.number: len(row.subservices) for row in internal} == INTERNAL_ROWS
    assert sum(INTERNAL_ROWS.values()) == 43
    assert all(sub.url and sub.channel for row in digital for sub in row.subservices)
    assert all(sub.url is None for row in internal for sub in row.subservices)


def test_no_subservice_is_listed_twice_c2(catalog: Catalog) -> None:
    names = [(row.number, sub.name) for row in catalog.technology for sub in row.subservices]
    assert len(names) == len(set(names)) == 119


def test_the_rows_that_the_scan_shifted_are_where_they_belong_c2(catalog: Catalog) -> None:
    assert [row.name for row in catalog.technology[1].subservices] == [
        "Consulta de Multas Electorales"
    ]
    assert [row.name for row in catalog.technology[2].subservices] == ["Convocatoria de Personal"]
    assert "Consulta de Observadores Electorales" in [
        row.name for row in catalog.technology[0].subservices
    ]


def test_what_has_no_row_in_the_annex_is_listed_without_address_c2(catalog: Catalog) -> None:
    without = [
        (s.number, offer.nombre) for s in catalog.services for offer in s.ofrece if not offer.url
    ]
    assert without == [(7, "Notificaciones Administrativas"), (11, "Autoridades electas")]


def test_seven_services_work_only_during_an_electoral_process_c1(catalog: Catalog) -> None:
    assert {s.disponibilidad for s in catalog.services} == {"24x7"}
    conditional = {s.number: s.condicion for s in catalog.services if s.condicion}
    assert conditional == dict.fromkeys((1, 7, 10, 11, 12, 13, 14), "proceso electoral vigente")
    assert by_number(catalog, 7).availability == (
        "Las 24 horas del día, los 7 días de la semana, durante el proceso electoral vigente"
    )  # R35: both are shown


def test_questions_are_answered_on_working_days_from_8_to_4_30_c5(catalog: Catalog) -> None:
    words = "De lunes a viernes, de 08:00 a 16:30, excepto feriados"
    assert {str(catalog.hours(service)) for service in catalog.services} == {words}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["lunes", "martes", "miércoles"], "De lunes a miércoles"),
        (["sábado"], "Sábado"),
        (["martes", "jueves"], "Martes y jueves"),
        (["lunes", "miércoles", "viernes"], "Lunes, miércoles y viernes"),
    ],
)
def test_hours_name_their_days_as_people_do(days: list[str], words: str) -> None:
    hours = Hours.model_validate({"dias": days, "desde": "08:00", "hasta": "13:00"})
    assert str(hours) == f"{words}, de 08:00 a 13:00, excepto feriados"


def test_the_summary_table_is_published_as_it_was_approved_c4(catalog: Catalog) -> None:
    # R36: interoperable and accesible are NO for every service, whatever the text says.
    for service in catalog.services:
        assert [name for name, value in service.caracteristicas if not value] == [
            "interoperable",
            "accesible",
        ]
        assert len(dict(service.caracteristicas)) == 6


@pytest.mark.parametrize(
    ("number", "remark"),
    [(3, "plazos de cada convocatoria"), (4, "Presidencia del Consejo de Ministros (PCM)")],
)
def test_the_remarks_of_a_service_are_kept_c1(catalog: Catalog, number: int, remark: str) -> None:
    assert remark in " ".join(by_number(catalog, number).observaciones or ())


@pytest.mark.parametrize(
    ("number", "channels"),
    [
        (1, ("portal-institucional", "infogob", "voto-informado")),
        (2, ("multas",)),
        (5, ("portal-institucional", "infogob", "dnef")),
        (7, ("portal-institucional", "casilla-electronica", "siga")),
        (8, ("portal-institucional", "eseg", "aula-virtual-dnef")),
        (10, ("encuestadoras",)),
        (11, ("plataforma-electoral",)),
        (12, ("portal-institucional", "plataforma-electoral")),
        (13, ("plataforma-electoral",)),
        (14, ("portal-institucional", "infogob", "srop", "declara", "voto-informado")),
        (16, ("portal-institucional", "eseg", "voto-informado")),
    ],
)
def test_a_service_is_provided_through_its_channels_c1(
    catalog: Catalog, number: int, channels: tuple[str, ...]
) -> None:
    assert by_number(catalog, number).canales == channels


def test_every_channel_and_audience_is_used_by_some_service_c6(catalog: Catalog) -> None:
    used = {c for s in catalog.services for c in s.canales}
    used |= {offer.via for s in catalog.services for offer in s.ofrece if offer.via}
    assert used == {channel.id for channel in catalog.channels}
    groups = {group for service in catalog.services for group in service.groups}
    assert groups == {audience.id for audience in catalog.audiences}


def test_the_seven_definitions_run_from_a_to_g_c5(catalog: Catalog) -> None:
    defined = {term.letra: term.termino for term in catalog.glossary if term.letra}
    assert defined == {
        "a": "Servicio Digital",
        "b": "Automático",
        "c": "No Presencial",
        "d": "Interoperable",
        "e": "Escalable",
        "f": "Usable",
        "g": "Accesible",
    }


def test_history_and_approval_carry_their_dates_and_numbers_c5(catalog: Catalog) -> None:
    history = catalog.history
    assert (history.codigo, history.version) == ("CS-P-JNE-001", "01")
    assert history.elaborado == date(2019, 5, 15)
    assert [(c.revision, c.fecha, c.descripcion) for c in history.cambios] == [
        ("01", date(2019, 7, 1), "Versión inicial")
    ]
    assert history.aprobacion.fecha == date(2019, 7, 12)
    approved_by = catalog.norm(history.aprobacion.norma)
    assert (approved_by.numero, approved_by.fecha) == ("103-2019-P/JNE", date(2019, 7, 12))
    assert history.navegadores == ("Chrome", "Firefox")


def test_every_norm_that_the_catalogue_cites_is_in_the_legal_framework_c5(
    catalog: Catalog,
) -> None:
    cited = {norm.numero for norm in catalog.legal.normas if "catalogo" in norm.ambito}
    assert cited == {
        "1412",
        "005-2018-PCM/SEGDI",
        "033-2018-PCM",
        "005-2019-P/JNE",
        "060-2019-P/JNE",
        "103-2019-P/JNE",
        "27369",
        "27806",
    }
    casilla = {norm.numero for norm in catalog.legal.normas if "casilla" in norm.ambito}
    assert casilla == {"27444", "31736", "29733"}  # L25, R2
    assert by_number(catalog, 10).normas == ("ley-27369",)
    assert by_number(catalog, 4).normas == ("ley-27806",)


def test_the_entity_is_named_as_its_guide_names_it_j44(catalog: Catalog) -> None:
    entity = catalog.entity
    assert (entity.nombre, entity.siglas) == ("Jurado Nacional de Elecciones", "JNE")
    assert entity.central_telefonica == "(01) 311-1700"
    assert entity.telefono_internacional == "+5113111700"
    assert entity.casilla == "https://casillaelectronica.jne.gob.pe"  # J8
    assert entity.zona_horaria == "America/Lima"
    assert entity.derechos == "© 2025 JNE. Todos los Derechos Reservados."


def test_both_access_profiles_keep_what_the_guides_and_the_bar_say_s24_s63(
    catalog: Catalog,
) -> None:
    guia, estricto = catalog.access.profile("guia"), catalog.access.profile("estricto")
    assert guia.clave.minimo_caracteres == 8 and guia.clave.mayuscula  # M63
    assert guia.clave.minuscula and guia.clave.numero
    assert estricto.clave.minimo_caracteres == 12 and not estricto.clave.mayuscula  # S15, S16
    assert (guia.recuperacion.enlace_horas, estricto.recuperacion.enlace_horas) == (48, 24)  # M81
    for profile in (guia, estricto):
        assert profile.token.vida_minutos == 10  # S24
        assert (profile.token.intentos, profile.token.envios) == (5, 5)  # S25, S26
        assert profile.token.espera_segundos == 30
        assert profile.sesion.inactividad_minutos == 15  # S63
        assert (profile.sesion.aviso_segundos, profile.sesion.maximo_horas) == (150, 8)
        assert profile.sesion.simultaneas == 5  # S65
        assert profile.token.plazo_minutos >= profile.token.vida_minutos
    limits = catalog.access.archivos
    assert (limits.acto_mb, limits.anexo_mb, limits.anexos) == (25, 50, 20)


def test_official_time_is_that_of_the_zone_of_the_entity(catalog: Catalog) -> None:
    """R18: another entity edits its sheet, and nothing else."""
    at = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
    assert catalog.entity.moment(at) == "16/11/2026 a las 10:00 (hora de Lima)"
    elsewhere = catalog.entity.model_copy(update={"zona_horaria": "Pacific/Port_Moresby"})
    assert elsewhere.moment(at) == "17/11/2026 a las 01:00 (hora de Port Moresby)"
