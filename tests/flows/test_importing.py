"""Importing on both engines: nothing of a faulty file, and all in the end, whoever is killed."""

import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from proxy.commands.importing import BATCH, bring
from proxy.domain.columns import Seen
from proxy.domain.identidad import Identidad
from proxy.errors import Refusal, Unavailable
from proxy.flows import importing, padron
from proxy.store import casillas, tables
from proxy.store.db import Database
from proxy.store.tx import Tx
from tests.flows.import_killed import LINES
from tests.flows.test_deposit import ROOT, _wait_for_the_dead
from tests.people import ROSA, open_casilla, vault
from tests.racing import race

HEADER = "identidad,nombres,correo\n"


def file_of(folder: Path, many: int, *more: str) -> Path:
    path = folder / "cuentas.csv"
    lines = [f"{42_000_000 + n},Persona Ficticia {n},p{n}@example.com" for n in range(many)]
    path.write_text(HEADER + "\n".join([*lines, *more]) + "\n")
    return path


def accounts(db: Database, path: Path, *, go_on: bool = False) -> tuple[int, int]:
    return told(db, path, importing, go_on=go_on)


def told(
    db: Database, path: Path, flow: Any, *, go_on: bool = False, read: Any = None
) -> tuple[int, int]:
    """How many lines came in, and how many were left out."""
    read = read or flow.read
    found = bring(db, path, flow.COLUMNS, read, flow.check, flow.write, go_on=go_on)
    return found.lines, found.left_out


def count(db: Database, table: str = "casillas") -> int:
    with db.reading() as tx:
        found = tables.metadata.tables[table]
        return int(tx.conn.execute(select(func.count()).select_from(found)).scalar_one())


def test_a_file_of_several_batches_comes_in_whole(db: Database, tmp_path: Path) -> None:
    many = BATCH * 2 + 7
    assert accounts(db, file_of(tmp_path, many)) == (many, 0)
    assert count(db) == count(db, "eventos") == many
    with db.reading() as tx:
        last = casillas.by_identidad(tx, Identidad("DNI", str(42_000_000 + many - 1)))
    assert last is not None
    assert (last.password, last.must_change) == (None, True)


def test_one_fault_in_the_last_batch_undoes_the_first(db: Database, tmp_path: Path) -> None:
    path = file_of(tmp_path, BATCH * 2, "4200,Nadie,nadie@example.com")
    assert accounts(db, path) == (0, 1)
    assert count(db) == count(db, "eventos") == 0
    assert accounts(db, path, go_on=True) == (BATCH * 2, 1)
    assert count(db) == BATCH * 2


def test_a_casilla_of_before_stays_and_undoes_the_rest(db: Database, tmp_path: Path) -> None:
    rosa = open_casilla(db, ROSA)
    path = file_of(tmp_path, 2, f"{ROSA.identidad},Otra Persona,otra@example.com")
    assert accounts(db, path) == (0, 1)
    assert count(db) == 1
    assert accounts(db, path, go_on=True) == (2, 1)
    with db.reading() as tx:
        assert casillas.by_id(tx, rosa.id).nombres == ROSA.nombres


@pytest.mark.parametrize("go_on", [True, False])
def test_others_write_while_the_lines_come_in(db: Database, tmp_path: Path, go_on: bool) -> None:
    """A login does not wait for the whole file."""
    waited: list[int] = []

    def slow(values: dict[str, str]) -> importing.Newcomer:
        if values["correo"] == f"p{BATCH}@example.com":  # the first of the second batch
            person = threading.Thread(target=lambda: waited.append(open_casilla(db, ROSA).id))
            if not waited:
                person.start()
                person.join(timeout=20)
        return importing.read(values)

    path = file_of(tmp_path, BATCH * 2)
    assert told(db, path, importing, go_on=go_on, read=slow) == (BATCH * 2, 0)
    assert len(waited) == 1


def import_the_same(job: str) -> list[str]:
    url, path = job.split("|")
    db = Database(url, vault=vault)
    try:
        brought, left_out = accounts(db, Path(path))
        assert left_out == 0
        return [str(brought)]
    finally:
        db.close()


def test_several_that_import_the_same_file_share_it(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    path = file_of(tmp_path, 150)
    ended = race(import_the_same, f"{database_url}|{path}")
    assert sum(map(int, ended)) == 150
    assert count(db) == count(db, "eventos") == 150


def test_an_import_that_was_cut_is_told_and_goes_on_the_next_time(
    db: Database, tmp_path: Path
) -> None:
    path = file_of(tmp_path, BATCH * 3)

    class Cut(SimpleNamespace):
        """The database is gone before the third batch."""

        def write(self, tx: Tx, batch: Any) -> Any:
            if batch[0][1].email == f"p{BATCH * 2}@example.com":
                raise Unavailable("database.down")
            return importing.write(tx, batch)

    cut = Cut(COLUMNS=importing.COLUMNS, read=importing.read, check=importing.check)
    with pytest.raises(Refusal) as refused:
        told(db, path, cut)
    assert str(refused.value) == (
        f"La importación se detuvo después de {BATCH * 2} líneas. La base de datos no responde. "
        "Revise CASILLA_DATABASE_URL y pruebe otra vez. Ejecute otra vez el mismo comando: lo que "
        "ya entró no cambia y sigue lo que falta."
    )
    assert count(db) == count(db, "eventos") == BATCH * 2
    again = bring(
        db, path, importing.COLUMNS, importing.read, importing.check, importing.write, go_on=False
    )
    assert (again.lines, again.there, again.left_out) == (BATCH, BATCH * 2, 0)
    assert count(db) == count(db, "eventos") == BATCH * 3


@pytest.mark.lento
def test_killed_at_any_instant_an_import_is_finished_by_the_next_one(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """kill -9 in the middle leaves whole batches, and the same command adds what lacks."""
    db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.import_killed", database_url, str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    _wait_for_the_dead(db)
    files = sorted(tmp_path.glob("*.csv"))
    assert count(db) == count(db, "eventos") < LINES * len(files)
    brought = [accounts(db, path) for path in files]
    assert {0, 1, 3} <= {many for many, _ in brought}, "none was killed between its two batches"
    assert count(db) == count(db, "eventos") == LINES * len(files)
    assert int(done.stdout) > 1, "it hardly ran"


def test_the_register_is_loaded_whole_or_not_at_all(db: Database, tmp_path: Path) -> None:
    lines = "".join(f"{43_000_000 + n},P,M,N,1990-01-02,F,2020-03-04\n" for n in range(BATCH + 1))
    head = "identidad,apellido_paterno,apellido_materno,nombres,fecha_nacimiento,sexo,fecha_emision"
    path = tmp_path / "personas.csv"
    path.write_text(f"{head}\n{lines}x\n")
    assert told(db, path, padron) == (0, 1)
    assert count(db, "padron") == 0
    for _ in range(2):
        assert told(db, path, padron, go_on=True) == (BATCH + 1, 1)
        assert count(db, "padron") == BATCH + 1


def test_a_large_file_is_not_held_in_memory(tmp_path: Path) -> None:
    """What stays of a line is whose it was and its number, to tell who comes twice."""
    path = tmp_path / "cuentas.csv"
    path.write_text(HEADER + f"42000000,{'x' * 190},p@example.com\n" * 50_000)
    lines = 0

    def drop(_tx: object, batch: list[object]) -> Seen:
        nonlocal lines
        lines += len(batch)
        return Seen([])

    class Somebody:
        def __init__(self, number: int) -> None:
            self.identidad = f"DNI-{number:08}"

    numbers = iter(range(50_000))
    db = Database(f"sqlite:///{tmp_path}/x.db")
    tracemalloc.start()
    try:
        read: Any = lambda _: Somebody(next(numbers))  # noqa: E731
        bring(db, path, importing.COLUMNS, read, drop, drop, go_on=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        db.close()
    assert lines == 50_000
    assert peak < path.stat().st_size  # of eleven million bytes


@pytest.mark.parametrize("seen", [True, False])
def test_a_bar_is_drawn_only_where_somebody_looks(tmp_path: Path, seen: bool) -> None:
    import os
    import pty

    path = file_of(tmp_path, BATCH, "x")
    program = (
        "import sys; from pathlib import Path; from tests.flows.test_importing import accounts; "
        "from proxy.store.db import Database; from proxy.store.schema import migrate; "
        "from tests.people import vault; db = Database(sys.argv[1], vault=vault); migrate(db); "
        "accounts(db, Path(sys.argv[2])); db.close()"
    )
    main, side = pty.openpty()
    reading, writing = os.pipe()
    error = side if seen else writing
    subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{tmp_path}/x.db", str(path)],
        cwd=ROOT, check=True, stderr=error, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(side), os.close(writing)
    with os.fdopen(main if seen else reading, "rb", buffering=0) as terminal:
        said = terminal.read(100_000).decode()
    os.close(reading if seen else main)
    assert f"cuentas.csv:{BATCH + 2}: " in said
    assert ("Importando" in said) == seen
