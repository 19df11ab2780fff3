"""«Buscar» among the notificaciones of one casilla, on both engines: M93, M95, S54."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy.domain.finding import EVERYTHING, Filter, plain, read_form
from proxy.flows import inbox
from proxy.store import notificaciones
from proxy.store.db import Database
from tests.casilla import Casilla
from tests.clock import Clock
from tests.people import Person

LIMA = ZoneInfo("America/Lima")
Found = Callable[..., list[str]]


def wanted(*conditions: tuple[str, ...], join: str = "todos") -> Filter:
    columns, operators, values, untils = zip(*((*c, "")[:4] for c in conditions), strict=True)
    form = read_form(columns, operators, values, untils, join, LIMA)
    assert not form.wrong
    return form.filter


@pytest.fixture
def found(db: Database, rosa: Person, bruno: Person) -> Found:
    """The subjects that a filter lets through. Bruno is served the same, and never shows."""
    served = [
        ("Multa por no votar", {"tipo": "RESOLUCIÓN", "firmado_por": "Núñez Ficticia, Inés"}),
        ("Carta de atención", {"tipo": "CARTA", "numero": "000009-2025-SG"}),
        ("Citación 100 % virtual", {"tipo": "OFICIO", "dependencia": "Secretaría_General"}),
    ]
    with db.transaction() as tx:
        for person in (rosa, bruno):
            for asunto, said in served:
                Casilla(person).serve(tx, asunto, **said)

    def find(*conditions: tuple[str, ...], join: str = "todos") -> list[str]:
        with db.reading() as tx:
            page = inbox.page(tx, rosa.id, wanted(*conditions, join=join), read=False)
        assert page.found == len(page.rows)
        assert {row.casilla_id for row in page.rows} <= {rosa.id}
        return sorted(row.asunto.split()[0] for row in page.rows)

    return find


@pytest.mark.parametrize(
    ("condition", "subjects"),
    [
        (("asunto", "contiene", "CITACION"), ["Citación"]),
        (("asunto", "contiene", "votar multa"), ["Multa"]),  # each word, in any order
        (("emisor", "contiene", "nunez ines"), ["Multa"]),
        (("todo", "contiene", "resolucion"), ["Multa"]),
        (("todo", "contiene", "carta 000009"), ["Carta"]),  # each in a column of its own
        (("tipo", "igual", "carta"), ["Carta"]),
        (("tipo", "igual", "cart"), []),
        (("asunto", "sin", "multa"), ["Carta", "Citación"]),
        (("todo", "sin", "oficio"), ["Carta", "Multa"]),
        (("asunto", "contiene", "%"), ["Citación"]),
        (("dependencia", "contiene", "a_g"), ["Citación"]),
        (("asunto", "contiene", "\\"), []),
        (("asunto", "contiene", "' OR 1=1 --"), []),
    ],
)
def test_a_condition_finds_what_it_says(
    found: Found, condition: tuple[str, ...], subjects: list[str]
) -> None:
    assert found(condition) == subjects


def test_each_word_is_looked_for_once(db: Database, found: Found) -> None:
    """S51: a form of hundreds of words kept one processor busy for a second, and everybody waits.

    And no word is found half in one column and half in the next.
    """
    condition = notificaciones._lets_through(wanted(("todo", "contiene", "multa votar multa")))
    assert str(condition.compile(db.engine)).count("LIKE") == 2
    assert found(("todo", "contiene", "resolucionnunez")) == []
    assert found(("todo", "contiene", "multa resolucion multa")) == ["Multa"]


def test_all_conditions_hold_or_any_of_them(found: Found) -> None:
    both = (("asunto", "contiene", "carta"), ("tipo", "igual", "oficio"))
    assert found(*both) == []
    assert found(*both, join="cualquiera") == ["Carta", "Citación"]


def test_the_year_is_that_of_lima(db: Database, rosa: Person) -> None:
    """Its last evening is the next year's in UTC."""
    evening = datetime(2025, 12, 31, 23, 30, tzinfo=LIMA)
    with db.transaction() as tx:
        Casilla(rosa).serve(tx, "Víspera", at=evening)
        Casilla(rosa).serve(tx, "Año nuevo", at=evening + timedelta(hours=1))
        for day, subject in (("31/12/2025", "Víspera"), ("01/01/2026", "Año nuevo")):
            page = inbox.page(tx, rosa.id, wanted(("envio", "igual", day)), read=False)
            assert [row.asunto for row in page.rows] == [subject]


def test_the_pages_of_a_filter_leave_nothing_out(db: Database, rosa: Person) -> None:
    with db.transaction() as tx:
        for n in range(90):
            at = tx.now - timedelta(minutes=n)
            Casilla(rosa).serve(tx, f"Carta {n}" if n % 2 else f"Oficio {n}", at=at)
    only, seen, key = wanted(("asunto", "contiene", "carta")), [], None
    with db.reading() as tx:
        while True:
            page = inbox.page(tx, rosa.id, only, read=False, key=key)
            seen += [row.asunto for row in page.rows]
            key = page.older
            if key is None:
                break
        back = inbox.page(tx, rosa.id, only, read=False, key=page.newer, older=False)
    assert seen == [f"Carta {n}" for n in range(90) if n % 2]
    assert [row.asunto for row in back.rows] == seen[20:40]


def test_a_list_that_is_taken_away_stays_as_it_was(
    db: Database, rosa: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read or served between its parts changes neither of the two lists."""
    monkeypatch.setattr(inbox, "PART", 2)
    with db.transaction() as tx:
        ids = [Casilla(rosa).serve(tx, f"Carta {n}") for n in range(5)]
        notificaciones.mark_read(tx, rosa.id, ids[0])
    at = clock()
    clock.advance(seconds=1)
    taken: dict[bool, list[bytes]] = {}
    for read in (False, True):
        key, rows = None, []
        while True:
            with db.transaction() as tx:
                part = inbox.part(tx, rosa.id, EVERYTHING, read=read, at=at, key=key)
                Casilla(rosa).serve(tx, "Una más")
                for one in ids:
                    notificaciones.mark_read(tx, rosa.id, one)
            rows += part
            if len(part) < 2:
                break
            key = part[-1][0].id
        taken[read] = sorted(row.id for row, _ in rows)
    assert taken == {False: sorted(ids[1:]), True: ids[:1]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.text(st.characters(max_codepoint=0x250, exclude_categories=["C", "Z"]), min_size=1))
def test_both_engines_fold_as_the_form_does(db: Database, rosa: Person, text: str) -> None:
    with db.transaction() as tx:
        one = Casilla(rosa).serve(tx, text)
        rows = notificaciones.page(
            tx, rosa.id, wanted(("asunto", "igual", text.swapcase())), read=False, most=1000
        )
    assert one in [row.id for row in rows] or plain(text) != plain(text.swapcase())
