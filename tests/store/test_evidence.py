"""A constancia is what its eventos say that it states, and its PDF is there: X3, S69."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from proxy.domain.constancia_acts import Kind
from proxy.flows import audit, constancias, inbox
from proxy.flows.audit import Broken, Whole
from proxy.flows.constancias import Job
from proxy.store import constancias as store
from proxy.store import tables
from proxy.store.db import Database
from proxy.store.documents import Documents
from tests.clock import Clock
from tests.constancias import CERTIFICATE, ORIGIN
from tests.flows.test_deposit import Sender
from tests.flows.test_expiry import ENDED, WAITS, look
from tests.flows.test_sending import TEST, sent
from tests.people import BRUNO, ROSA, Person, open_casilla
from tests.plazos import CATALOG
from tests.recorded import advance_all
from tests.store.intruder import from_outside, without_guards

C = tables.constancias
PDF = b"%PDF-1.7 sellado"


@dataclass(frozen=True)
class Proved:
    """Three constancias of Rosa: of a deposit, sealed; of its reading; of a test."""

    db: Database
    documents: Documents
    rosa: Person
    numbers: tuple[str, str, str]
    pdf: Path

    def verify(self) -> Whole | Broken:
        advance_all(self.db)
        with self.db.reading() as tx:
            return audit.verify(tx, None, documents=self.documents)

    def altered(self, *statements: Any) -> tuple[str, int | str]:
        with without_guards(self.db) as tx:
            for statement in statements:
                tx.conn.execute(statement)
        found = self.verify()
        assert isinstance(found, Broken), found
        return found.code.removeprefix("audit.constancia."), found.id


def claim(db: Database) -> Job:
    with db.transaction() as tx:
        found = constancias.next_job(tx, CERTIFICATE, ORIGIN)
    assert found
    return found


@pytest.fixture
def proved(db: Database, clock: Clock, tmp_path: Path) -> Proved:
    rosa, documents = open_casilla(db, ROSA), Documents(tmp_path / "documentos")
    sender = Sender(db, documents.folder)
    one = sender.deposit(ruling=WAITS).id
    sealed, kept = claim(db), documents.put(io.BytesIO(PDF))
    with db.transaction() as tx:
        constancias.done(tx, sealed, kept.sha256, kept.size)
    clock.advance(minutes=1)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, one, CATALOG)
    sender.deposit(sent=sent(system=TEST))
    found = Proved(db, documents, rosa, _numbers(db), documents.path(kept.sha256))
    assert isinstance(found.verify(), Whole)
    return found


def _numbers(db: Database) -> tuple[str, str, str]:
    with db.reading() as tx:
        rows = [row.number for row in tx.conn.execute(C.select().order_by(C.c.at, C.c.number))]
    first, second, third = rows
    return first, second, third


def of(proved: Proved, which: int, **values: object) -> Any:
    return update(C).where(C.c.number == proved.numbers[which]).values(**values)


@pytest.mark.parametrize(
    ("which", "values"),
    [
        (0, {"sha256": "ab" * 32}),
        (0, {"sha256": None}),
        (0, {"size": 1}),
        (0, {"stated": None}),
        (0, {"kind": "lectura"}),
        (0, {"facts": b"x"}),
        (0, {"at": text("'2026-01-01 00:00:00'")}),
        (1, {"facts": C.c.uid}),
        (1, {"sha256": "ab" * 32, "size": 3}),
        (1, {"test": True}),
        (2, {"test": False}),
    ],
)
def test_one_that_is_changed_is_named(proved: Proved, which: int, values: dict[str, Any]) -> None:
    assert proved.altered(of(proved, which, **values)) == ("changed", proved.numbers[which])


def test_what_somebody_with_the_keys_writes_in_its_place_is_named(proved: Proved) -> None:
    """The facts of another one, sealed for this row."""
    with proved.db.reading() as tx:
        row = tx.conn.execute(C.select().where(C.c.number == proved.numbers[1])).one()
        facts = tx.vault.open("constancias.facts", row.uid, row.facts).replace("Rosa", "Ana")
        sealed = tx.vault.seal("constancias.facts", row.uid, facts)
    assert proved.altered(of(proved, 1, facts=sealed)) == ("changed", proved.numbers[1])


@pytest.mark.parametrize("which", [0, 1, 2])
def test_one_that_is_gone_is_named(proved: Proved, which: int) -> None:
    gone = delete(C).where(C.c.number == proved.numbers[which])
    assert proved.altered(gone) == ("gone", proved.numbers[which])


def test_one_that_no_act_left_is_named(proved: Proved) -> None:
    names = [c.name for c in C.c]
    copied = ["'CC-2026-000999-X'" if name == "number" else name for name in names]
    copy = text(
        f"INSERT INTO constancias ({', '.join(names)}) SELECT {', '.join(copied)}"
        f" FROM constancias WHERE number = '{proved.numbers[0]}'"
    )
    assert proved.altered(copy) == ("added", "CC-2026-000999-X")


def test_one_that_is_moved_to_another_casilla_is_named(proved: Proved) -> None:
    bruno = open_casilla(proved.db, BRUNO)
    moved = of(proved, 1, casilla_id=bruno.id, notificacion_id=None)
    assert proved.altered(moved) == ("gone", proved.numbers[1])


def test_one_whose_evento_is_missing_is_named(proved: Proved) -> None:
    """The act is noted, and says nothing of a constancia: its evento is whole."""
    with proved.db.transaction() as tx:
        of_rosa = "CC-2026-000777-K", proved.rosa.id, None
        store.add(tx, *of_rosa, Kind.AFILIACION, "{}", tx.now)
    assert proved.altered() == ("added", "CC-2026-000777-K")


@pytest.mark.parametrize("change", ["gone", "other", "longer"])
def test_a_pdf_that_is_not_what_was_sealed_is_named(proved: Proved, change: str) -> None:
    proved.pdf.chmod(0o600)
    if change == "gone":
        proved.pdf.unlink()
    else:
        proved.pdf.write_bytes(PDF + b" y algo" if change == "longer" else PDF[::-1])
    assert proved.altered() == ("pdf", proved.numbers[0])


def test_that_of_an_expiry_is_compared_too(
    db: Database, clock: Clock, tmp_path: Path, rosa: Person
) -> None:
    """Whatever evento tells it."""
    Sender(db, tmp_path).deposit(ruling=WAITS)
    clock.now = ENDED
    assert look(db) == 1
    found = Proved(db, Documents(tmp_path), rosa, ("", "", ""), tmp_path)
    assert isinstance(found.verify(), Whole)
    code, _ = found.altered(update(C).where(C.c.kind == "vencimiento").values(facts=C.c.uid))
    assert code == "changed"


@pytest.mark.parametrize(
    "column",
    ["notificacion_id = 'x'", "casilla_id = x'05'", "facts = 5", "uid = 'x'", "kind = x'ff'",
     "stated = 'x'", "at = 'ayer'", "sha256 = x'00'", "size = 'mucho'", "test = 'no'"],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_engine_should_hold_does_not_stop_the_verification(
    proved: Proved, database_url: str, column: str
) -> None:
    from_outside(database_url, f"UPDATE constancias SET {column}")
    assert proved.altered()[0] in ("changed", "gone", "added")
