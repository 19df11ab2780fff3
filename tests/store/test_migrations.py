"""What was published is never edited, and a step that fails leaves the database as it was."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text
from sqlalchemy.schema import CreateIndex, CreateTable

from proxy.store import schema
from proxy.store.db import Database
from tests.store.conftest import upgrade

# A new one is added here with the commit that publishes it. An old one is never changed: there are
# databases that it made. (0001 and 0002 as 0.3.0 has them: in 0.2.0 they made the same tables, with
# a type that they imported from the program.)
PUBLISHED = {
    "0001_the_first_tables": "2857e4b4509a1721e464c850241e0b49ef23f8d0a20fa7049114b54095edd457",
    "0002_every_way_in": "768fbe1fb6d2196e632d240529c74ec79179cf3c005e83c58baf1bbc0e17cec4",
    "0003_who_began_a_factor": "0a0253028d518228cd1c10524e8c30b8e249c5999a030e4762e0c84673a2f2e2",
    "0004_a_visit_is_no_flow": "2736e9e8fa849ccbbb434a4eaf46f7e80374d97870e7a2f9b1c612f440ef5895",
    "0005_one_record": "d140a66c12077d550e979225f1bde2d7f7a25c5b1141de8e119543055e3be24e",
    "0007_two_people": "395a2b10a6e4510af63398b79c2ca05c0bef9b349f5059f0f660016ecf4ff864",
    "0006_served_for_good": "9615b7510faedb8032da5825330f83868b0237ede55f7647a06f8737c5fc1a50",
    "0010_bound_to_row_and_key": "1eb4b80cd68374e0d4ca4347e7a040df21bde569e241c5c8579a6ac42899f61f",
    "0008_wait_by_itself": "3c82659a2f1ca53117c3a11eabe26e75ea3ed93b84b7475991d03c02e1cec574",
    "0009_power": "bba9b129b40d88702e8ceff1f485ebb773e4fd352152fc8bec81f7d8ffef16af",
    "0011_a_price": "5831a2296fa0c0c5aa63ec24d05fa0ac4855a9d46f413ff1af47beeabdb5d8e9",
    "0012_no_row_replaced": "0ec45f142e5046729ee2ffb2ebd0ad5c98f5a0754541090f0e85880a08816863",
    "0013_pressed_again": "077375d76e8ef1d61ee1b2c55e32aba939d65628a71fa442a402c623bf6d9b58",
    "0014_when_it_takes_effect": "dad174f4dbe90c5a636b9b167a56df3d647e98f74301934b8c915fe99e67a38a",
    "0015_which_press": "157cbd370b556a525cb7e9e4fb00ecfa6026b936a8eaefc9bf39ad4f6a2dc80a",
    "0016_by_whom_it_was_sent": "fb3279c8e62483189c4829fa1c408afd2689a008549a9b32b49462081f25117c",
    "0017_another_calendar": "69bdd8392730cb3fa78458022833686b77159adc7c373a0628164459cd7f6a67",
    "0018_files_not_whole": "b23c9971974678c58765067343173351126db83a3898cefb1ba891eaca1fcd88",
    "0019_proof_of_the_act": "ccbe8042d60374fa02c5c100ffae4283516fbf07266356d83c80f43c531bf047",
    "0020_due": "833a7568fe02d9350efc70cbf5760d9043c523256d5f475d39b7c2a4058eefc6",
    "0021_fate_of_alertas": "242d96f8ad813fff33524bc3c010ebaa2514940e1e69aa079a88542ee374b338",
    "0022_taken_back": "db61d0780c139138584e7d19d02c286f10d19057f70fb0deefa27101608aeaba",
    "0023_put_off": "ef714ad4bef01c3bbe9e5ef84b1883cbdf672088cc3199fce745bc1651bac23b",
}


def test_every_migration_is_as_it_was_published() -> None:
    files = (schema.MIGRATIONS / "versions").glob("*.py")
    assert {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == PUBLISHED


@pytest.fixture
def at_0002(empty_url: str) -> Iterator[Database]:
    db = Database(empty_url)
    upgrade(db, "0002")
    with db.transaction() as tx:
        tx.conn.execute(text("INSERT INTO rates (key, tat) VALUES ('a', 1)"))
    yield db
    db.close()


def migrar(url: str, folder: Path) -> tuple[int, str, str]:
    """The command, in a process of its own."""
    program = "import sys; from proxy.cli import main; sys.exit(main(['migrar']))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | {"CASILLA_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def everything(db: Database) -> list[Any]:
    """Tables, indexes and rows."""
    metadata = MetaData()
    with db.reading() as tx:
        metadata.reflect(tx.conn)
        return [
            (
                str(CreateTable(table).compile(tx.conn)),
                sorted(str(CreateIndex(index)) for index in table.indexes),
                tx.conn.execute(select(table)).all(),
            )
            for table in metadata.sorted_tables
        ]


def test_a_migration_that_fails_half_way_is_named_and_changes_nothing(
    at_0002: Database, empty_url: str, tmp_path: Path
) -> None:
    with at_0002.transaction() as tx:  # what 0011 makes after other things is there already
        tx.conn.execute(text("CREATE INDEX ix_rates_whose ON rates (tat)"))
    before = everything(at_0002)
    code, said, complaint = migrar(empty_url, tmp_path)
    assert (code, said, complaint.count("\n")) == (1, "", 1)
    assert complaint.startswith("La migración 0011 falló y no se cambió nada. ")
    assert "ix_rates_whose" in complaint and "already exists" in complaint
    assert everything(at_0002) == before
    with at_0002.transaction() as tx:
        tx.conn.execute(text("DROP INDEX ix_rates_whose"))
    assert schema.migrate(at_0002) == ("0002", schema.newest())


def test_tables_that_are_of_no_version_are_refused_and_left_alone(
    at_0002: Database, empty_url: str, tmp_path: Path
) -> None:
    """As while 0.1.0 was being written: a number with tables that no version had."""
    with at_0002.transaction() as tx:
        tx.conn.execute(text("ALTER TABLE outbox DROP COLUMN refused"))
    before = everything(at_0002)
    code, said, complaint = migrar(empty_url, tmp_path)
    assert (code, said, complaint.count("\n")) == (1, "", 1)
    assert "dicen ser de la versión 0002, pero les falta outbox.refused" in complaint
    assert everything(at_0002) == before
