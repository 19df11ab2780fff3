"""The deposit, without HTTP: M84–M89, M97, R20 and R21, S66, S73."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from proxy.domain.acto import Acto
from proxy.domain.effect import Ruling
from proxy.domain.events import Event
from proxy.domain.files import Limits
from proxy.domain.identidad import Identidad
from proxy.domain.notificacion import digest
from proxy.domain.number import number
from proxy.errors import Refusal
from proxy.flows import deposit
from proxy.flows.deposit import Offered, Receipt
from proxy.store import notificaciones, tables
from proxy.store.db import Database
from proxy.store.documents import Documents
from tests.casilla import PDF, pdf
from tests.clock import Clock
from tests.outbox import messages
from tests.people import ROSA, Person, open_casilla, vault
from tests.plazos import RULING
from tests.racing import done_or_waiting, race

LIMA = ZoneInfo("America/Lima")
LIMITS = Limits(acto=2000, anexo=3000, anexos=2)
ROOT = Path(__file__).parents[2]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def describe(**changes: object) -> Acto:
    acto = {
        "expediente": "EXP.2026000027",
        "expediente_on": date(2026, 3, 2),
        "tipo": "CARTA",
        "numero": "000009-2026-SG/JNE",
        "asunto": "Respuesta a su pedido",
        "dependencia": "Secretaría General",
        "firmado_por": "Ana Torres Inventada",
        "elaborado_por": "Luis Paredes Inventado",
        "issued_at": datetime(2026, 3, 9, 21, 30, tzinfo=UTC),
    }
    return Acto(**{**acto, **changes})


class Sender:
    """What the entity does, each deposit in a transaction of its own."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.documents = Documents(folder)

    def deposit(
        self,
        acto: tuple[str, bytes] = ("CARTA 9.pdf", PDF),
        *anexos: tuple[str, bytes],
        to: Identidad = ROSA.identidad,
        anew: bool = False,
        ruling: Ruling = RULING,
        sent: Mapping[str, Any] = MappingProxyType({}),
        **changes: object,
    ) -> Receipt:
        first, *others = [Offered(name, BytesIO(content)) for name, content in (acto, *anexos)]
        served = deposit.receive(self.documents, LIMITS, first, others)
        assert all(self.documents.intact(file.received.sha256) for file in served)
        with self.db.transaction() as tx:
            described = describe(**changes)
            return deposit.deposit(tx, LIMA, to, described, served, ruling, anew=anew, **sent)

    @property
    def kept(self) -> list[Path]:
        """Every file below the folder, copies without a name too."""
        return [path for path in self.documents.folder.rglob("*") if path.is_file()]


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def count(db: Database, table: str) -> int:
    with db.reading() as tx:
        return int(
            tx.conn.execute(
                select(func.count()).select_from(tables.metadata.tables[table])
            ).scalar_one()
        )


def test_an_acto_is_in_the_casilla_with_everything_that_was_said_of_it(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    receipt = sender.deposit(("CARTA 9.pdf", PDF), ("Croquis.PNG", PNG), ("nota.txt", b"hola"))
    with db.reading() as tx:
        [row] = notificaciones.page(tx, rosa.id, read=False, most=9)
        files = notificaciones.files_of(tx, rosa.id, receipt.id)
    assert receipt.at == clock.now == row.deposited_at
    assert row.id == receipt.id
    assert {name: getattr(row, name) for name in vars(describe())} == vars(describe())
    assert row.read_at is None
    assert [(f.position, f.name, f.media_type, f.size) for f in files] == [
        (0, "CARTA 9.pdf", "application/pdf", len(PDF)),
        (1, "Croquis.PNG", "image/png", len(PNG)),
        (2, "nota.txt", "text/plain", 4),
    ]
    assert [b"".join(sender.documents.chunks(f.sha256)) for f in files] == [PDF, PNG, b"hola"]
    assert all(sender.documents.intact(file.sha256) for file in files)


def test_the_alerta_carries_neither_content_nor_identidad(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    receipt = sender.deposit()
    [message] = messages(db)
    assert (message.name, message.recipient) == ("notificacion_deposited", rosa.email)
    assert message.context == {}
    assert message.expires_at == clock.now + timedelta(days=3)
    with db.reading() as tx:
        assert tx.conn.execute(select(tables.outbox.c.notificacion_id)).scalar_one() == receipt.id


def test_the_deposit_is_in_the_audit_with_the_hash_of_each_file(
    db: Database, rosa: Person, sender: Sender
) -> None:
    receipt = sender.deposit(("CARTA 9.pdf", PDF), ("nota.txt", b"hola"))
    with db.reading() as tx:
        entry, written = tx.conn.execute(
            select(tables.eventos).order_by(tables.eventos.c.id)
        ).mappings()
        served = notificaciones.one(tx, rosa.id, receipt.id)
        files = notificaciones.files_of(tx, rosa.id, receipt.id)
    assert served
    assert (entry["kind"], written["kind"]) == (Event.NOTIFICACION_DEPOSITED, "message_created")
    assert (entry["casilla_id"], entry["notificacion"]) == (rosa.id, receipt.id)
    hashes = [file.sha256 for file in files]
    detail = json.loads(entry["detail"])
    assert len(detail.pop("facts")) == 64, "of its constancia"
    assert detail == {
        "constancia": number("CC", 2026, 1),
        "sha256": hashes,
        "acto": digest(served, files, served.effect, number=served.number),
        "number": served.number,
    }


LONG = pdf("x" * 2000)
REFUSED = {
    "empty": ("file.empty", {"acto": ("a.pdf", b"")}),
    "not-a-pdf": ("acto.not_pdf", {"acto": ("a.pdf", PNG)}),
    "cut": ("file.broken", {"acto": ("a.pdf", b"%PDF-1.7\nhalf of it")}),
    "needs-repair": ("file.broken", {"acto": ("a.pdf", PDF[:-20] + PDF[-6:])}),
    "not-named-pdf": ("acto.not_pdf", {"acto": ("a.png", PNG)}),
    "large": ("file.large", {"acto": ("a.pdf", LONG)}),
}  # fmt: skip
REFUSED_AFTERWARDS = {
    "no-casilla": ("casilla.unknown", {"to": Identidad("DNI", "40000009")}),
    "future": ("acto.future", {"issued_at": datetime(2026, 11, 16, 15, 1, tzinfo=UTC)}),
    "future-day": ("acto.future", {"expediente_on": date(2026, 11, 17)}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_and_leaves_nothing(
    db: Database, rosa: Person, sender: Sender, name: str
) -> None:
    refuse(db, sender, *REFUSED[name])
    assert sender.kept == []


@pytest.mark.parametrize("name", REFUSED_AFTERWARDS)
def test_a_refusal_after_the_files_leaves_only_bytes_that_a_later_deposit_uses(
    db: Database, rosa: Person, sender: Sender, name: str
) -> None:
    refuse(db, sender, *REFUSED_AFTERWARDS[name])
    [file] = sender.kept
    assert sender.documents.intact(file.name)
    sender.deposit()
    assert sender.kept == [file]


def refuse(db: Database, sender: Sender, code: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        sender.deposit(**wrong)
    assert refusal.value.code == code
    assert str(refusal.value).endswith(
        ("depositó nada.", "ruta.", "Revísela.", "número.", "use ese.")
    )
    assert [count(db, t) for t in ("notificaciones", "files", "outbox", "eventos")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("code", "anexos"),
    [
        ("file.empty", [("a.txt", b"")]),
        ("file.kind", [("a.exe", b"MZ")]),
        ("file.kind", [("a", b"nameless")]),
        ("file.not_of_kind", [("a.png", b"hola")]),
        ("file.not_of_kind", [("a.txt", b"\0\1\2")]),
        ("file.broken", [("a.png", PNG[:-30])]),
        ("file.broken", [("a.docx", b"PK\x03\x04 and no more")]),
        ("file.large", [("a.txt", b"x" * 3001)]),
        ("anexos.many", [("a.txt", b"x")] * 3),
    ],
)
def test_one_wrong_anexo_refuses_all(
    db: Database, rosa: Person, sender: Sender, code: str, anexos: list[tuple[str, bytes]]
) -> None:
    with pytest.raises(Refusal) as refusal:
        sender.deposit(("CARTA 9.pdf", PDF), *anexos)
    assert refusal.value.code == code
    assert (count(db, "notificaciones"), sender.kept) == (0, [])


def test_a_file_of_exactly_the_limit_is_taken(rosa: Person, sender: Sender) -> None:
    whole = pdf("x" * (LIMITS.acto - len(LONG) + 2000))
    assert len(whole) == LIMITS.acto
    sender.deposit(("a.pdf", whole), ("b.txt", b"x" * LIMITS.anexo))


def test_the_same_acto_is_deposited_once_unless_it_is_meant_so(
    db: Database, rosa: Person, bruno: Person, sender: Sender, clock: Clock
) -> None:
    first = sender.deposit()
    clock.now += timedelta(days=3)
    with pytest.raises(Refusal) as refusal:
        sender.deposit(("otro nombre.pdf", PDF), ("nota.txt", b"hola"), asunto="Otro asunto")
    assert refusal.value.code == "deposit.again"
    assert first.id.hex() in str(refusal.value)
    assert f"{first.at.astimezone(LIMA):%d/%m/%Y %H:%M:%S}" in str(refusal.value)
    assert (count(db, "notificaciones"), count(db, "outbox")) == (1, 1)
    others = [
        sender.deposit(to=bruno.identidad),
        sender.deposit(numero="000010-2026-SG/JNE"),
        sender.deposit(("CARTA 9.pdf", pdf("otro acto"))),
        sender.deposit(("CARTA 9.pdf", pdf("con anexo")), ("acto.pdf", PDF)),
        sender.deposit(anew=True),
    ]
    assert count(db, "notificaciones") == 1 + len(others)
    with pytest.raises(Refusal) as refusal:
        sender.deposit()
    assert others[-1].id.hex() in str(refusal.value)  # the newest


@pytest.mark.parametrize(
    "numero",
    [
        "000009-2026-sg/jne",
        "000009\N{HYPHEN}2026-SG/JNE",
        "\N{FULLWIDTH DIGIT ZERO}00009-2026-SG/JNE",
    ],
)
def test_the_same_number_written_otherwise_is_the_same_acto(
    rosa: Person, sender: Sender, numero: str
) -> None:
    sender.deposit(numero="000009-2026-SG/JNE")
    with pytest.raises(Refusal) as refusal:
        sender.deposit(numero=numero)
    assert refusal.value.code == "deposit.again"


def deposit_at_once(database_url: str) -> list[str]:
    """For `race`: tries that end with a deposit, or with the code of a refusal."""
    db, done = Database(database_url, vault=vault), []
    with TemporaryDirectory() as folder:
        sender = Sender(db, Path(folder))
        for turn in range(10):
            try:
                done.append(sender.deposit(numero=f"{turn}").id.hex())
            except Refusal as refusal:
                done.append(refusal.code)
    db.close()
    return done


def test_of_the_same_deposit_at_once_one_is_made(
    database_url: str, db: Database, rosa: Person
) -> None:
    done = race(deposit_at_once, database_url)
    assert done.count("deposit.again") == len(done) - 10
    assert count(db, "notificaciones") == 10


def test_a_deposit_waits_for_the_same_one_that_is_not_committed_yet(
    postgresql_url: str, tmp_path: Path
) -> None:
    db, other = (Database(postgresql_url, vault=vault) for _ in range(2))
    open_casilla(db, ROSA)
    sender, second = (Sender(one, tmp_path / "documentos") for one in (db, other))
    [acto] = deposit.receive(sender.documents, LIMITS, Offered("a.pdf", BytesIO(PDF)))
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as tx:
            deposit.deposit(tx, LIMA, ROSA.identidad, describe(), [acto], RULING)
            late = pool.submit(second.deposit)
            done_or_waiting(other, late)
        error = late.exception()
    assert isinstance(error, Refusal) and error.code == "deposit.again"
    db.close()
    other.close()


def test_an_undone_deposit_of_known_bytes_takes_nothing_from_the_first(
    db: Database, rosa: Person, sender: Sender
) -> None:
    sender.deposit()
    [file] = sender.kept
    with pytest.raises(Refusal):
        sender.deposit(to=Identidad("DNI", "40000009"))
    assert sender.kept == [file]
    assert sender.documents.intact(file.name)


def test_the_same_bytes_served_twice_at_once_are_kept_once(
    database_url: str, db: Database, rosa: Person, bruno: Person, tmp_path: Path, clock: Clock
) -> None:
    turns, people = 8, (rosa, bruno)
    together = Barrier(len(people))

    def serve(person: Person) -> list[Receipt]:
        own = Database(
            database_url, clock, vault
        )  # nothing in common but the database and the folder
        sender = Sender(own, tmp_path / "documentos")
        receipts = []
        for turn in range(turns):
            together.wait()
            receipts.append(sender.deposit(("a.pdf", pdf(f"turno {turn}")), to=person.identidad))
        own.close()
        return receipts

    with ThreadPoolExecutor(len(people)) as pool:
        done = list(pool.map(serve, people))
    documents = Documents(tmp_path / "documentos")
    with db.reading() as tx:
        for person, receipts in zip(people, done, strict=True):
            for receipt in receipts:
                [file] = notificaciones.files_of(tx, person.id, receipt.id)
                assert documents.intact(file.sha256)
    assert len([path for path in documents.folder.rglob("*") if path.is_file()]) == turns


@pytest.mark.lento
def test_killed_at_any_instant_an_acto_is_there_whole_or_not_at_all(
    database_url: str, db: Database, rosa: Person, tmp_path: Path
) -> None:
    """S73"""
    folder = tmp_path / "documentos"
    db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.deposit_killed", database_url, str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    steps = int(done.stdout)
    documents = Documents(folder)
    _wait_for_the_dead(db)
    with db.reading() as tx:
        pending = notificaciones.page(tx, rosa.id, read=False, most=100_000)
        for notificacion in pending:
            files = notificaciones.files_of(tx, rosa.id, notificacion.id)
            assert [file.position for file in files] == [0, 1]
            assert all(documents.intact(file.sha256) for file in files)
        row = tables.eventos.c
        told = select(row.notificacion).where(row.kind == Event.NOTIFICACION_DEPOSITED)
        assert sorted(n.id for n in pending) == sorted(tx.conn.execute(told).scalars())
    assert count(db, "files") == 2 * len(pending)
    assert count(db, "outbox") == len(pending)
    assert count(db, "eventos") == 2 * len(pending)  # the deposit, and its alerta
    assert steps > 10, "it hardly ran"
    assert len(pending) > 0


def _wait_for_the_dead(db: Database) -> None:
    """PostgreSQL may still be ending the transaction of a client that was killed."""
    others = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
    )
    while not db.sqlite:
        with db.reading() as tx:
            if tx.conn.exec_driver_sql(others).scalar_one() == 0:
                return
