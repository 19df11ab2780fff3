"""The second address on the page of the profile: S46."""

from proxy.installation import Installation
from tests.clock import Clock
from tests.people import Person
from tests.web.letters import sent_code
from tests.web.test_profile import NEW, PROFILE, answer, update
from tests.web.visitor import Visitor


def test_a_second_address_comes_and_goes_on_the_page(
    her: Visitor, installation: Installation, rosa: Person, clock: Clock
) -> None:
    """S46: proved as any other; whole only for who has just proved who they are."""
    same = update(her, segundo=rosa.email)
    assert same.status_code == 400 and "Escriba otro, por si ese falla" in same.text
    update(her, segundo=NEW)
    answer(her, sent_code(installation, "email_old_code"))
    done = answer(her, sent_code(installation, "second_email_code"))
    assert done.headers["location"] == f"{PROFILE}?listo=segundo"
    page = her.get(done.headers["location"]).text
    assert "también a su segundo correo" in page and NEW in page
    clock.advance(minutes=6)
    hidden = her.get(PROFILE)
    assert NEW not in hidden.text
    asked = her.send(hidden, "segundo-correo/quitar/")
    assert asked.headers["location"].startswith("/casilla/confirmar/")
    confirm = her.get(asked.headers["location"])
    her.send(confirm, "/casilla/confirmar/", clave=rosa.password)
    gone = her.send(her.get(PROFILE), "segundo-correo/quitar/")
    assert gone.headers["location"] == f"{PROFILE}?listo=segundo-quitado"
    assert "Quitar el segundo correo" not in her.get(PROFILE).text
