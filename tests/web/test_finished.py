"""What was done is told to the browser that did it, and to no other."""

from collections.abc import Callable

from sqlalchemy import select

from proxy.installation import Installation
from proxy.store import tables
from tests.people import Person
from tests.web.conftest import newest_code
from tests.web.recovering import Recovering
from tests.web.registering import START, Registering, introduce
from tests.web.visitor import Visitor

RECOVERED = "/casilla/recuperar/listo/"


def test_credentials_are_told_of_only_where_a_casilla_was_opened(
    visitor: Visitor, make_visitor: Callable[[], Visitor], installation: Installation
) -> None:
    """M51"""
    introduce(installation)
    elena = Registering(visitor)
    elena.reach_email()
    assert visitor.get(f"{START}listo/").headers["location"] == START
    elena.validate(newest_code(installation, "registration_code"))
    for _ in range(2):  # reloaded
        assert "Se envió un mensaje con las credenciales" in visitor.get(f"{START}listo/").text
    assert visitor.get(RECOVERED).headers["location"] == "/casilla/recuperar/"
    assert make_visitor().get(f"{START}listo/").headers["location"] == START


def test_a_password_is_told_to_be_ready_only_where_it_was_chosen(
    visitor: Visitor,
    make_visitor: Callable[[], Visitor],
    rosa: Person,
    recovery_code: Callable[[], str],
) -> None:
    """J39"""
    lost = Recovering(visitor)
    lost.started(rosa)
    lost.sent()
    lost.verified(recovery_code())
    assert visitor.get(RECOVERED).status_code == 303
    assert "¡Listo!" in lost.chosen("Olluco-volcan-93").text
    assert "¡Listo!" in visitor.get(RECOVERED).text
    assert make_visitor().get(RECOVERED).headers["location"] == "/casilla/recuperar/"


def test_a_session_ends_with_the_browser_that_forgets_it(
    her: Visitor, bruno: Person, installation: Installation, recovery_code: Callable[[], str]
) -> None:
    """S62: without its cookie nobody could end it any more."""
    lost = Recovering(her)
    lost.started(bruno)
    lost.sent()
    lost.verified(recovery_code())
    assert her.get("/casilla/").status_code == 200
    assert "¡Listo!" in lost.chosen("Olluco-volcan-93").text
    with installation.db.reading() as tx:
        assert tx.conn.execute(select(tables.sessions.c.ended_at)).scalars().all() != [None]
