"""A backup is whole, is made while the service works, and comes back only into an empty place."""

import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from proxy.commands.texts import OPERATION
from proxy.errors import Refusal
from proxy.store import backup
from proxy.store.db import Database
from proxy.store.documents import Documents
from tests.casilla import pdf
from tests.engines import Postgres
from tests.flows.test_deposit import Sender
from tests.people import ROSA, open_casilla, vault
from tests.store.test_migrations import everything


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    db = Database(database_url, vault=vault)
    open_casilla(db, ROSA)
    yield db
    db.close()


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


@pytest.fixture
def place(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of the same engine."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path}/vuelto/casilla.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def restored(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "otros" / "documentos")


def deposit(sender: Sender, number: int) -> None:
    sender.deposit(("CARTA.pdf", pdf(f"{number}")), numero=f"{number}")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_comes_back_is_what_was_there(
    database_url: str, db: Database, sender: Sender, place: str, restored: Documents, tmp_path: Path
) -> None:
    for number in range(3):
        deposit(sender, number)
    target = tmp_path / "respaldo.tar"
    saved = backup.save(db, database_url, sender.documents, target)
    assert saved.documents == 3
    assert target.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert backup.restore(target, place, restored) == saved
    other = Database(place, vault=vault)
    assert everything(other) == everything(db)
    other.close()
    assert files(restored.folder) == files(sender.documents.folder)
    assert all(restored.intact(Path(name).name) for name in files(restored.folder))
    assert [p for p in restored.folder.iterdir() if p.name.startswith(".")] == []


def test_it_is_of_one_instant_while_others_deposit(
    database_url: str, db: Database, sender: Sender, place: str, restored: Documents, tmp_path: Path
) -> None:
    stop, done = Event(), 0

    def write() -> None:
        nonlocal done
        while not stop.is_set():
            deposit(sender, done)
            done += 1

    writer = Thread(target=write)
    writer.start()
    try:
        while done < 5:
            stop.wait(0.01)
        before = done
        backup.save(db, database_url, sender.documents, tmp_path / "uno.tar")
    finally:
        stop.set()
        writer.join()
    backup.restore(tmp_path / "uno.tar", place, restored)
    other = Database(place, vault=vault)
    with other.reading() as tx:
        ask = "SELECT (SELECT count(*) FROM notificaciones), (SELECT count(*) FROM outbox)"
        served, told = tx.conn.exec_driver_sql(ask).one()
        named = tx.conn.exec_driver_sql("SELECT sha256 FROM files").scalars().all()
    other.close()
    assert before <= served <= done
    assert served == told == len(named)
    assert all(restored.intact(sha256) for sha256 in named)


def test_a_document_that_is_not_as_it_was_stops_the_backup(
    database_url: str, db: Database, sender: Sender, tmp_path: Path
) -> None:
    deposit(sender, 1)
    [path] = sender.kept
    path.chmod(0o600)
    path.write_bytes(b"otra cosa")
    refused("backup.document", backup.save, db, database_url, sender.documents, tmp_path / "a")
    path.unlink()
    refused("backup.document", backup.save, db, database_url, sender.documents, tmp_path / "a")
    assert not [one for one in tmp_path.iterdir() if one.name.startswith((".a", "a"))]


def test_no_file_is_written_over(
    database_url: str, db: Database, sender: Sender, tmp_path: Path
) -> None:
    target = tmp_path / "respaldo.tar"
    target.write_bytes(b"el de ayer")
    refused("backup.there", backup.save, db, database_url, sender.documents, target)
    assert target.read_bytes() == b"el de ayer"


def test_it_comes_back_only_into_an_empty_place(
    database_url: str, db: Database, sender: Sender, place: str, restored: Documents, tmp_path: Path
) -> None:
    deposit(sender, 1)
    target = tmp_path / "respaldo.tar"
    backup.save(db, database_url, sender.documents, target)
    before = everything(db)
    refused("backup.occupied", backup.restore, target, database_url, restored)
    refused("backup.documents", backup.restore, target, place, sender.documents)
    assert everything(db) == before
    assert not restored.folder.exists()
    backup.restore(target, place, restored)


def refused(code: str, work: Callable[..., object], *given: object) -> None:
    with pytest.raises(Refusal) as refusal:
        work(*given)
    assert refusal.value.code == code
    assert OPERATION[code].format(**refusal.value.data)


@pytest.fixture
def made(sqlite_url: str, tmp_path: Path) -> Path:
    """A backup of SQLite, with two documents."""
    db = Database(sqlite_url, vault=vault)
    open_casilla(db, ROSA)
    sender = Sender(db, tmp_path / "documentos")
    deposit(sender, 1)
    deposit(sender, 2)
    target = tmp_path / "respaldo.tar"
    backup.save(db, sqlite_url, sender.documents, target)
    db.close()
    return target


def rewritten(made: Path, change: Callable[[str, bytes], list[tuple[str, bytes]]]) -> Path:
    """With other members and right checksums."""
    other, sums = made.with_name("otro.tar"), b""
    with tarfile.open(made) as old, tarfile.open(other, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content
            for name, changed in change(member.name, content.read()):
                if name == backup.SUMS:
                    changed = sums
                sums += backup._line(backup._digest(io.BytesIO(changed)), name)
                told = tarfile.TarInfo(name)
                told.size = len(changed)
                new.addfile(told, io.BytesIO(changed))
    return other


def nothing_came(tmp_path: Path, code: str, source: Path) -> None:
    place, documents = tmp_path / "vuelto" / "casilla.db", Documents(tmp_path / "otros")
    Database(f"sqlite:///{place}").close()  # as `restaurar` itself does, to look into it
    outside = files(tmp_path)
    refused(code, backup.restore, source, f"sqlite:///{place}", documents)
    assert files(tmp_path) == outside
    with closing(sqlite3.connect(place)) as there:
        assert there.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    assert not documents.folder.exists() or not [*documents.folder.iterdir()]


def test_any_damage_is_found_before_anything_is_in_its_place(made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    with tarfile.open(made) as tar:
        places = [member.offset_data + member.size // 2 for member in tar]
        ends = [member.offset for member in tar]
    damaged = tmp_path / "dañado.tar"
    for place in places:
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        nothing_came(tmp_path, "backup.damaged", damaged)
    for end in [*ends, *places]:
        damaged.write_bytes(whole[:end])
        nothing_came(tmp_path, "backup.damaged", damaged)


@pytest.mark.parametrize(
    "name",
    [
        "../fuera",
        "/tmp/fuera",
        "documentos/../../fuera",
        f"documentos/aa/{'b' * 64}",
        "claves.json",
    ],
)
def test_no_member_leaves_its_folder(made: Path, tmp_path: Path, name: str) -> None:
    other = rewritten(
        made, lambda was, content: [(name, b"x"), (was, content)] if was == backup.SUMS
        else [(was, content)],
    )  # fmt: skip
    nothing_came(tmp_path, "backup.damaged", other)


@pytest.mark.parametrize("what", ["no database", "another version", "a deep nest", "twice"])
def test_right_checksums_are_not_enough(made: Path, tmp_path: Path, what: str) -> None:
    def change(name: str, content: bytes) -> list[tuple[str, bytes]]:
        if what == "no database" and name == "base.db":
            content = b"nothing" * 1000
        elif what == "another version" and name == backup.ABOUT:
            content = json.dumps({**json.loads(content), "tablas": "0001"}).encode()
        elif what == "a deep nest" and name == backup.ABOUT:
            content = b"[" * 9000
        elif what == "twice" and name.startswith(backup.FOLDER):
            return [(name, content), (name, content)]
        return [(name, content)]

    nothing_came(tmp_path, "backup.damaged", rewritten(made, change))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_no_member_is_a_link(made: Path, tmp_path: Path, kind: bytes) -> None:
    other = tmp_path / "otro.tar"
    with tarfile.open(other, "w") as tar:
        told = tarfile.TarInfo(backup.ABOUT)
        told.type, told.linkname = kind, "/etc/hostname"
        tar.addfile(told)
    nothing_came(tmp_path, "backup.damaged", other)


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"tablas": "9999"}, "backup.newer"),
        ({"formato": 2}, "backup.newer"),
        ({"motor": "postgresql"}, "backup.engine"),
    ],
)
def test_what_this_program_does_not_know_is_refused(
    made: Path, tmp_path: Path, about: dict[str, object], code: str
) -> None:
    def change(name: str, content: bytes) -> list[tuple[str, bytes]]:
        if name == backup.ABOUT:
            content = json.dumps({**json.loads(content), **about}).encode()
        return [(name, content)]

    nothing_came(tmp_path, code, rewritten(made, change))
    same = rewritten(made, lambda name, content: [(name, content)])
    backup.restore(same, f"sqlite:///{tmp_path}/vuelto/casilla.db", Documents(tmp_path / "otros"))


def test_the_password_of_postgresql_is_not_among_the_arguments(
    postgresql_url: str, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql_url.replace("casilla@", "casilla:muy-secreta@")
    for tool in ("pg_dump", "pg_restore"):
        real, shim = shutil.which(tool), tmp_path / tool
        shim.write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\n'
            f'echo "$PGPASSWORD" >> {tmp_path}/given\n'
            f'exec {real} "$@"\n'
        )
        shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    db = Database(url, vault=vault)
    place = postgres.new_database()
    backup.save(db, url, Documents(tmp_path / "documentos"), tmp_path / "a.tar")
    other = place.replace("casilla@", "casilla:muy-secreta@")
    backup.restore(tmp_path / "a.tar", other, Documents(tmp_path / "otros"))
    db.close()
    postgres.drop_database(place)
    assert "muy-secreta" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "given").read_text() == "muy-secreta\n" * 2


def test_a_tool_that_is_not_there_or_fails_is_named(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(postgresql_url, vault=vault)
    documents, target = Documents(tmp_path / "documentos"), tmp_path / "a.tar"
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        refused("backup.tool", backup.save, db, postgresql_url, documents, target)
    refused("backup.failed", backup.save, db, f"{postgresql_url}-que-no-esta", documents, target)
    db.close()
    assert not target.exists()
