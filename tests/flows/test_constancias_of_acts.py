"""What else has its constancia: annulments and incidencias, X3."""

from sqlalchemy import update

from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.flows import annulment, incidencias
from proxy.store import notificaciones, tables
from proxy.store.db import Database
from tests.casilla import pdf
from tests.clock import Clock
from tests.flows.test_constancias import claimed, detail_of, sealing
from tests.flows.test_deposit import Sender, count, sender
from tests.flows.test_sending import SGD, sent
from tests.people import Person
from tests.plazos import CATALOG

__all__ = ["sender"]


def test_an_annulment_gives_one_that_says_why_and_what_replaces_it(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    wrong, right = (sender.deposit(("a.pdf", pdf(key)), sent=sent(key)) for key in ("una", "otra"))
    clock.advance(hours=1)
    for _ in range(2):
        with db.transaction(Actor("system", "SGD")) as tx:
            named = wrong.id.hex(), "Se notificó a otra persona", right.id.hex()
            annulment.annul(tx, CATALOG, *named, SGD)
    [*_, (_, told)] = [sealing(db), sealing(db), sealing(db)]
    assert claimed(db) is None
    assert (told["evento"], told["motivos"]) == ("anulacion", ["Se notificó a otra persona"])
    assert told["detalle"] == {"reemplazo": right.notificacion.number}
    assert told["remitente"]["sistema"] == "SGD" and told["anterior"]
    [noted] = detail_of(db, Event.NOTIFICACION_ANNULLED)
    assert noted["constancia"] == told["id"] and len(noted["facts"]) == 64


def test_an_annulment_stands_when_no_key_opens_who_its_owner_is(
    db: Database, rosa: Person, sender: Sender
) -> None:
    one = sender.deposit()
    with db.transaction() as tx:
        tx.conn.execute(update(tables.casillas).values(nombres=b"v1.nothing"))
        annulment.annul(tx, CATALOG, one.id.hex(), "Con errores")
    [noted] = detail_of(db, Event.NOTIFICACION_ANNULLED)
    assert "constancia" not in noted and count(db, "constancias") == 1


def test_what_could_not_be_handed_over_and_when_it_was_mended_is_proved(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    one = sender.deposit()
    sealing(db)
    with db.reading() as tx:
        [file] = notificaciones.files_of(tx, rosa.id, one.id)
    for found in ("missing", "missing", None, "changed", None):
        clock.advance(hours=1)
        with db.transaction() as tx:
            if found:
                incidencias.found(tx, CATALOG, file, found)
            else:
                incidencias.mended(tx, CATALOG, [file])
    told = [sealing(db)[1] for _ in range(4)]
    assert claimed(db) is None
    assert [one["evento"] for one in told] == ["incidencia"] * 4
    assert told[0]["motivos"] == ["El archivo «CARTA 9.pdf» no estaba donde se guardó."]
    spans = [(one["detalle"]["desde"], one["detalle"]["corregida"]) for one in told]
    hours = [[at and at[11:13] for at in span] for span in spans]
    assert hours == [["11", None], ["11", "13"], ["14", None], ["14", "15"]]
    assert told[3]["detalle"]["hallazgo"].startswith("Los bytes guardados")
    for kind in (Event.INCIDENCIA_FOUND, Event.INCIDENCIA_MENDED):
        assert [len(each["facts"]) for each in detail_of(db, kind)] == [64, 64]
