"""With an SQLite that another program holds, or whose file is gone, each page says so, and soon."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from proxy.errors import Unavailable
from proxy.installation import Installation
from proxy.store.db import Database
from tests.clock import Clock
from tests.holding import gone, locked
from tests.people import BRUNO, ROSA, Person, open_casilla, vault
from tests.web.visitor import Visitor

UNSENT = "No se guardó nada de lo que usted envió."


@pytest.fixture
def file(installation: Installation) -> Path:
    assert installation.db.path is not None
    return installation.db.path


def test_who_reads_goes_on_while_another_program_writes_and_who_writes_is_told(
    file: Path,
    her: Visitor,
    visitor: Visitor,
    rosa: Person,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    login = visitor.get("/casilla/ingresar/")
    her.get("/casilla/")  # from now on, nobody else gets this session by the same form
    clock.advance(minutes=2)  # so that the page also notes that its session is in use
    with locked(file):
        assert her.get("/casilla/").status_code == 200
        caplog.clear()
        sent = {"dni": rosa.identidad.number, "clave": rosa.password}
        page = visitor.send(login, "/casilla/ingresar/", **sent)
        assert (page.status_code, page.headers["retry-after"]) == (503, "30")
        assert UNSENT in page.text
        [told] = [one for one in caplog.records if one.levelname == "ERROR"]
        assert (told.message, told.exc_info) == ("the database cannot be used", None)
        ready = visitor.get("/listo")
        assert ready.status_code == 503
        assert ready.text == "no listo: la base de datos está ocupada o no responde a tiempo\n"
    assert visitor.send(login, "/casilla/ingresar/", **sent).status_code == 303
    assert visitor.get("/listo").status_code == 200


def test_a_file_that_is_gone_is_told_and_does_not_come_back_empty(
    file: Path, her: Visitor, make_visitor: Callable[[], Visitor]
) -> None:
    """Whoever still holds the removed file would write where nobody reads."""
    stranger = make_visitor()
    login = stranger.get("/casilla/ingresar/")
    profile = her.get("/casilla/perfil/")
    with gone(file):
        assert her.get("/casilla/").status_code == 503
        assert UNSENT in her.send(profile, "/casilla/salir/").text
        assert UNSENT in stranger.send(login, "/casilla/ingresar/", dni="40000002", clave="x").text
        ready = stranger.get("/listo")
        assert (ready.status_code, ready.text) == (
            503,
            "no listo: la base de datos no responde\n",
        )
        assert [stranger.get(path).status_code for path in ("/salud", "/")] == [200, 200]
        assert not file.exists()
    assert her.get("/casilla/").status_code == 200


def test_a_file_that_was_replaced_is_the_one_that_is_read(
    file: Path, installation: Installation, her: Visitor, tmp_path: Path
) -> None:
    """An operator put a copy in its place without a restart."""
    her.get("/casilla/")  # notes that its session is in use: from now on it only reads
    installation.db.close()
    copy = tmp_path / "copia.db"
    shutil.copy(file, copy)
    assert her.get("/casilla/").status_code == 200
    other = Database(f"sqlite:///{copy}", vault=lambda: installation.vault)
    with other.transaction() as tx:
        tx.conn.execute(text("DELETE FROM sessions"))
    other.close()
    copy.replace(file)
    assert her.get("/casilla/").status_code == 303


def test_a_thread_that_writes_for_long_holds_up_requests_only_for_so_long(
    installation: Installation,
) -> None:
    with installation.db.transaction():
        with pytest.raises(Unavailable, match="ocupada"), installation.db.hurried.transaction():
            pass
        with installation.db.hurried.reading() as tx:
            assert tx.conn.execute(text("SELECT count(*) FROM casillas")).scalar() == 0


def test_what_a_statement_gets_wrong_is_no_database_that_is_down(sqlite_url: str) -> None:
    db = Database(sqlite_url, vault=vault)
    open_casilla(db, ROSA)
    with pytest.raises(Exception, match="no such column") as wrong, db.transaction() as tx:
        tx.conn.execute(text("SELECT nobody FROM casillas"))
    assert not isinstance(wrong.value, Unavailable)
    open_casilla(db, BRUNO)
    db.close()
