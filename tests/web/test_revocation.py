"""«Darse de baja de la casilla» over HTTP: L2, L16, S46, S51, S72."""

import html
from collections.abc import Callable
from dataclasses import replace

import pytest

from proxy.installation import Installation
from proxy.keys.seal_check import check
from proxy.keys.seal_file import read_seal
from proxy.store import casillas
from tests.clock import Clock
from tests.outbox import messages
from tests.people import Person
from tests.web.letters import events
from tests.web.test_constancias import links, seal
from tests.web.visitor import Visitor

PROFILE, LEAVE = "/casilla/perfil/", "/casilla/perfil/baja/"
TICK = "marque el recuadro"


@pytest.fixture
def in_use(installation: Installation, rosa: Person) -> Callable[[], bool]:
    def now() -> bool:
        with installation.db.reading() as tx:
            return casillas.by_id(tx, rosa.id).in_use

    return now


def test_the_page_says_what_it_means_before(
    her: Visitor, letter: str, in_use: Callable[[], bool]
) -> None:
    assert f'href="{LEAVE}"' in her.get(PROFILE).text
    text = html.unescape(her.get(LEAVE).text)
    for said in (
        "no se deposita nada más en ella",
        "sigue valiendo, y sus plazos siguen corriendo",
        "Le falta leer 1 notificación",
        "leer y descargar todo lo que tiene hasta el",
        "lo notificará por los demás medios que fija la ley",
        "Si quiere volver a recibir notificaciones",
    ):
        assert said in text, said
    assert letter and in_use()


def test_it_takes_a_tick_and_a_fresh_proof(
    her: Visitor,
    clock: Clock,
    rosa: Person,
    installation: Installation,
    in_use: Callable[[], bool],
) -> None:
    unticked = her.send(her.get(LEAVE), LEAVE, leido="")
    assert unticked.status_code == 400 and TICK in unticked.text
    clock.advance(minutes=6)
    page = her.get(LEAVE)
    assert 'name="clave"' in page.text
    without = her.send(page, LEAVE, leido="1")
    assert without.status_code == 400 and "Escriba su contraseña" in without.text
    wrong = her.send(her.get(LEAVE), LEAVE, leido="1", clave="No-es-4821")
    assert "La contraseña no es correcta" in wrong.text
    assert in_use()
    done = her.send(her.get(LEAVE), LEAVE, leido="1", clave=rosa.password)
    assert (done.status_code, done.headers["location"]) == (303, LEAVE)
    assert not in_use()
    assert events(installation, "user_consent_revoked") == 1
    assert [message.recipient for message in messages(installation.db, "revoked")] == [rosa.email]


def test_afterwards_it_says_so_and_gives_the_sealed_constancia_to_its_owner_alone(
    her: Visitor,
    inside: Callable[[Person], Visitor],
    bruno: Person,
    installation: Installation,
) -> None:
    him = inside(bruno)
    promised, shut = "Cuando el JNE deposite una", "no se deposita nada más en ella"
    before = her.get("/casilla/").text
    assert promised in before and shut not in before
    her.send(her.get(LEAVE), LEAVE, leido="1")
    after = her.get("/casilla/").text
    assert shut in after and promised not in after
    page = her.get(LEAVE).text
    assert "Su casilla está cerrada" in page and "Se dio de baja el" in page
    assert "<form" not in page[page.index("<h1>") : page.index("</main>")]
    assert "constancia en preparación" in her.get(PROFILE).text
    seal(installation)
    [link] = links(her.get(PROFILE).text)
    answer = her.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    assert "revocacion" in answer.headers["content-disposition"]
    known = [read_seal(installation.settings.seal_path, "").certificate]
    told = check(answer.content, known).told
    assert told["autenticacion"]["factores"][0] == "contraseña"
    assert len(told["autenticacion"]["sesion"]) == 64
    assert him.get(link).status_code == 404
    her.client.cookies.clear()
    assert her.get(link).status_code in (303, 403)
    again = him.send(him.get(LEAVE), LEAVE, leido="1", texto="otro")
    assert again.status_code == 400 and "Mientras leía" in html.unescape(again.text)


def test_where_it_is_compulsory_the_page_says_why_and_whom_to_ask(
    her: Visitor, installation: Installation, in_use: Callable[[], bool]
) -> None:
    """L2: data of the entity, and no form."""
    stale = her.get(LEAVE)
    sheet = installation.catalog.consent.model_copy(update={"obligatoria": "D.S. N.° 000-2027"})
    installation.catalog = replace(installation.catalog, consent=sheet)
    page = html.unescape(her.get(LEAVE).text)
    assert "obligatoria por el D.S. N.° 000-2027" in page and "Darme de baja" not in page
    assert her.send(stale, LEAVE, leido="1").status_code == 400
    assert in_use()
