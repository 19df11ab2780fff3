"""Importing on both engines: whole or not at all, whoever is killed and whoever else imports."""

import subprocess
import sys
import threading
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from proxy.commands.importing import BATCH, bring
from proxy.domain.identidad import Identidad
from proxy.errors import Refusal
from proxy.flows import importing, padron
from proxy.store import casillas, tables
from proxy.store.db import Database
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
    return bring(db, path, importing.COLUMNS, importing.read, importing.write, go_on=go_on)


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


def test_others_write_while_the_good_lines_come_in(db: Database, tmp_path: Path) -> None:
    """With --seguir a login does not wait for the whole file."""
    waited: list[int] = []

    def slow(values: dict[str, str]) -> importing.Newcomer:
        if values["correo"] == f"p{BATCH}@example.com":  # the first of the second batch
            person = threading.Thread(target=lambda: waited.append(open_casilla(db, ROSA).id))
            person.start()
            person.join(timeout=20)
        return importing.read(values)

    path = file_of(tmp_path, BATCH * 2)
    came = bring(db, path, importing.COLUMNS, slow, importing.write, go_on=True)  # type: ignore[arg-type]
    assert came == (BATCH * 2, 0)
    assert len(waited) == 1


def import_the_same(job: str) -> list[str]:
    url, path = job.split("|")
    db = Database(url, vault=vault)
    try:
        brought, _ = accounts(db, Path(path))
        return ["brought" if brought else "left out"]
    except Refusal as refusal:
        return [refusal.code]
    finally:
        db.close()


def test_of_several_that_import_the_same_file_one_does(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    path = file_of(tmp_path, 150)
    ended = Counter(race(import_the_same, f"{database_url}|{path}"))
    assert ended.pop("brought") == 1
    assert set(ended) <= {"left out", "import.race"}
    assert count(db) == count(db, "eventos") == 150


@pytest.mark.lento
def test_killed_at_any_instant_a_file_is_there_whole_or_not_at_all(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """kill -9 in the middle leaves nothing or everything."""
    db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.import_killed", database_url, str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    _wait_for_the_dead(db)
    with db.reading() as tx:
        ids = tx.conn.execute(select(tables.casillas.c.id)).scalars().all()
        emails = Counter(casillas.by_id(tx, casilla_id).email for casilla_id in ids)
    assert set(emails.values()) <= {3}  # the lines of each file
    assert count(db, "eventos") == len(ids)
    assert int(done.stdout) > 1, "it hardly ran"
    assert len(emails) > 0


def test_the_register_is_loaded_whole_or_not_at_all(db: Database, tmp_path: Path) -> None:
    lines = "".join(f"{43_000_000 + n},P,M,N,1990-01-02,F,2020-03-04\n" for n in range(BATCH + 1))
    head = "identidad,apellido_paterno,apellido_materno,nombres,fecha_nacimiento,sexo,fecha_emision"
    path = tmp_path / "personas.csv"
    path.write_text(f"{head}\n{lines}x\n")
    line = (db, path, padron.COLUMNS, padron.read, padron.write)
    assert bring(*line, go_on=False) == (0, 1)
    assert count(db, "padron") == 0
    for _ in range(2):
        assert bring(*line, go_on=True) == (BATCH + 1, 1)
        assert count(db, "padron") == BATCH + 1


def test_a_large_file_is_not_held_in_memory(tmp_path: Path) -> None:
    """What stays of a line is whose it was and its number, to tell who comes twice."""
    path = tmp_path / "cuentas.csv"
    path.write_text(HEADER + f"42000000,{'x' * 190},p@example.com\n" * 50_000)
    lines = 0

    def drop(_tx: object, batch: list[object]) -> list[object]:
        nonlocal lines
        lines += len(batch)
        return []

    class Somebody:
        def __init__(self, number: int) -> None:
            self.identidad = f"DNI-{number:08}"

    numbers = iter(range(50_000))
    db = Database(f"sqlite:///{tmp_path}/x.db")
    tracemalloc.start()
    try:
        bring(db, path, importing.COLUMNS, lambda _: Somebody(next(numbers)), drop, go_on=False)  # type: ignore[arg-type,type-var,return-value]
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
