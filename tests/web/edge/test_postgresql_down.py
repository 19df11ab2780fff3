"""With a PostgreSQL that answers nothing, or no more, each page says so, and soon: S47.

Without its limits a page here waits until the server goes on, which it does only after the page.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from httpx2 import Response

from proxy.errors import Unavailable
from proxy.installation import Installation
from proxy.store.db import Database
from tests.conftest import migrated, missing
from tests.engines import Postgres, find_postgres
from tests.holding import silent, stopped
from tests.people import Person
from tests.web.visitor import Visitor

NOT_READY = {
    "no listo: la base de datos no responde\n",
    "no listo: la base de datos está ocupada o no responde a tiempo\n",
}
SLEEP = """
    CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_catalog.pg_sleep(600); RETURN NEW; END $$"""
WHILE_IT_WRITES = "CREATE TRIGGER slow BEFORE INSERT ON rates EXECUTE FUNCTION public.slow()"
WHILE_IT_COMMITS = """
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT OR UPDATE ON rates
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.slow()"""


@pytest.fixture(scope="module")
def own_server() -> Iterator[Postgres]:
    """Nobody else may use a server that stops."""
    if find_postgres() is None:
        missing("PostgreSQL")
    with Postgres("fsync=off") as server:
        yield server


@pytest.fixture
def served_url(own_server: Postgres) -> str:
    return migrated(own_server.new_database())


def says_so(response: Response, then: str) -> bool:
    assert response.status_code == 503
    assert response.headers["retry-after"] == "30"
    assert "Traceback" not in response.text
    return then in response.text


def test_who_has_a_session_and_who_has_none_are_told_and_go_on_afterwards(
    own_server: Postgres,
    her: Visitor,
    make_visitor: Callable[[], Visitor],
    caplog: pytest.LogCaptureFixture,
) -> None:
    stranger = make_visitor()
    login = stranger.get("/casilla/ingresar/")
    profile = her.get("/casilla/perfil/")
    with stopped(own_server):
        caplog.clear()
        # First in the middle of a statement, then while it connects.
        assert says_so(her.get("/casilla/"), "Sus notificaciones siguen en su casilla.")
        assert [one.message for one in caplog.records if one.levelname == "ERROR"] == [
            "the database cannot be used"
        ]
        assert not any(one.exc_info for one in caplog.records)
        assert says_so(her.get("/casilla/leidos/"), "Espere un minuto y pruebe otra vez.")
        unsent = "No se guardó nada de lo que usted envió."
        sent = {"dni": "40000002", "clave": "otra"}
        assert says_so(stranger.send(login, "/casilla/ingresar/", **sent), unsent)
        assert says_so(her.send(profile, "/casilla/salir/"), unsent)
        ready = stranger.get("/listo")
        assert (ready.status_code, ready.text in NOT_READY) == (503, True)
        assert [stranger.get(path).status_code for path in ("/salud", "/")] == [200, 200]
    assert her.get("/casilla/").status_code == 200
    assert stranger.send(login, "/casilla/ingresar/", **sent).status_code == 403


def test_many_at_once_wait_no_longer_than_one(own_server: Postgres, her: Visitor) -> None:
    """Whoever waits for a thread is told while the others still wait for the server."""
    with stopped(own_server), ThreadPoolExecutor(40) as crowd:
        answers = list(crowd.map(lambda _: her.get("/casilla/").status_code, range(40)))
    assert set(answers) == {503}
    assert her.get("/casilla/").status_code == 200


def test_a_connection_from_before_a_restart_of_the_server_costs_nobody_a_page(
    own_server: Postgres, her: Visitor
) -> None:
    assert her.get("/casilla/").status_code == 200
    own_server.restart()
    assert her.get("/casilla/").status_code == 200


@pytest.mark.parametrize(
    ("trigger", "then"),
    [
        (WHILE_IT_WRITES, "No se guardó nada de lo que usted envió."),
        (WHILE_IT_COMMITS, "No sabemos si lo que usted envió llegó a guardarse."),
    ],
)
def test_a_form_says_what_is_known_of_what_was_sent(
    installation: Installation, visitor: Visitor, rosa: Person, trigger: str, then: str
) -> None:
    page = visitor.get("/casilla/ingresar/")
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql(SLEEP)
        tx.conn.exec_driver_sql(trigger)
    sent = {"dni": rosa.identidad.number, "clave": rosa.password}
    assert says_so(visitor.send(page, "/casilla/ingresar/", **sent), then)


def test_only_requests_are_in_a_hurry(installation: Installation) -> None:
    """A migration or an audit takes as long as it takes."""
    with installation.db.reading() as tx:
        assert tx.conn.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
    with installation.db.hurried.reading() as tx:
        assert tx.conn.exec_driver_sql("SHOW statement_timeout").scalar() == "2s"


def test_a_server_that_never_spoke_is_told_too() -> None:
    with silent() as port:
        db = Database(f"postgresql://casilla@127.0.0.1:{port}/casilla")
        for one in (db, db.hurried):
            with pytest.raises(Unavailable, match="no responde"), one.reading():
                pass
        db.close()
