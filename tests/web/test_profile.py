"""PERFIL and ACTUALIZAR DATOS over HTTP: J40–J43, R32, S30, S46, S51, S53."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from httpx2 import Response

from proxy.flows import profile
from proxy.installation import Installation
from proxy.store import acceptances, casillas
from proxy.store.acceptances import Acceptance
from proxy.web.edge import pace
from proxy.web.edge.cookies import SESSION, VISIT
from tests.clock import Clock
from tests.outbox import messages
from tests.people import Person
from tests.web.letters import events, sent_code
from tests.web.visitor import Visitor, forms

PROFILE, CODE = "/casilla/perfil/", "/casilla/perfil/codigo/"
UNDO = f"{PROFILE}deshacer/"
NEW, MOBILE = "rosa.nueva@example.org", "987 654 321"
Maker = Callable[[], Visitor]


@pytest.fixture
def email(installation: Installation, rosa: Person) -> Callable[[], str]:
    """The address that counts."""

    def now() -> str:
        with installation.db.reading() as tx:
            return casillas.by_id(tx, rosa.id).email

    return now


@pytest.fixture
def mobile(installation: Installation, rosa: Person) -> Callable[[], str | None]:
    def now() -> str | None:
        with installation.db.reading() as tx:
            return casillas.by_id(tx, rosa.id).phone

    return now


def fields_of(page: Response, action: str) -> dict[str, str]:
    return next(form.fields for form in forms(page) if form.action == action)


def update(visitor: Visitor, **fields: str) -> Response:
    return visitor.send(visitor.get(PROFILE), PROFILE, **fields)


def answer(visitor: Visitor, code: str) -> Response:
    return visitor.send(visitor.get(CODE), CODE, token=code)


def change_email(visitor: Visitor, installation: Installation, new: str = NEW) -> Response:
    assert update(visitor, correo=new).status_code == 303
    assert answer(visitor, sent_code(installation, "email_old_code")).status_code == 303
    return answer(visitor, sent_code(installation, "email_new_code"))


def change_mobile(visitor: Visitor, installation: Installation) -> None:
    update(visitor, celular=MOBILE)
    for name in ("email_old_code", "phone_code"):
        assert answer(visitor, sent_code(installation, name)).status_code == 303


def undo_path(installation: Installation, which: int = -1, name: str = "email_changed") -> str:
    link = messages(installation.db, name)[which].context["link"]
    token = installation.signing.link(profile.UNDO, bytes.fromhex(link))
    return f"{PROFILE}deshacer/{token}/"


def test_every_private_page_has_the_option_perfil(her: Visitor, letter: str) -> None:
    """J41"""
    for path in ("/casilla/", "/casilla/leidos/", letter, PROFILE, "/casilla/sesiones/"):
        current = ' aria-current="page"' if path == PROFILE else ""
        assert f'<a href="{PROFILE}"{current}>PERFIL</a>' in her.get(path).text, path


def test_the_labels_are_those_of_the_guide(her: Visitor) -> None:
    """J42"""
    text = her.get(PROFILE).text
    for label in ("Celular", "Correo electrónico", "ACTUALIZAR DATOS"):
        assert re.search(rf">\s*{label}\s*<", text), label


def test_a_new_e_mail_counts_once_both_are_proved_and_the_token_goes_to_it(
    her: Visitor,
    make_visitor: Maker,
    installation: Installation,
    rosa: Person,
    email: Callable[[], str],
) -> None:
    """J40, J43, R32"""
    update(her, correo=NEW)
    assert [m.recipient for m in messages(installation.db, "email_old_code")] == [rosa.email]
    assert messages(installation.db, "email_new_code") == []
    answer(her, sent_code(installation, "email_old_code"))
    assert email() == rosa.email
    assert [m.recipient for m in messages(installation.db, "email_new_code")] == [NEW]
    done = answer(her, sent_code(installation, "email_new_code"))
    assert done.headers["location"] == f"{PROFILE}?listo=correo"
    assert email() == NEW
    assert [m.recipient for m in messages(installation.db, "email_changed")] == [rosa.email]
    assert [m.recipient for m in messages(installation.db, "email_proved")] == [NEW]
    make_visitor().password(rosa.identidad.number, rosa.password)
    assert messages(installation.db, "login_code")[-1].recipient == NEW
    assert events(installation, "user_email_change") == 1


def test_a_new_mobile_counts_once_its_code_came_back(
    her: Visitor, installation: Installation, mobile: Callable[[], str | None], rosa: Person
) -> None:
    """J40, S30, S46: as for an e-mail, the owner of the registered address says so first."""
    update(her, celular=MOBILE)
    answer(her, sent_code(installation, "email_old_code"))
    sms = messages(installation.db, "phone_code")[-1]
    assert (sms.channel, sms.recipient) == ("sms", "+51987654321")
    assert mobile() is None
    done = answer(her, sent_code(installation, "phone_code"))
    assert done.headers["location"] == f"{PROFILE}?listo=celular"
    assert mobile() == "+51987654321"
    assert messages(installation.db, "phone_changed")[-1].recipient == rosa.email


def test_both_at_once_are_three_codes_one_after_the_other(
    her: Visitor,
    installation: Installation,
    email: Callable[[], str],
    mobile: Callable[[], str | None],
) -> None:
    update(her, correo=NEW, celular=MOBILE)
    nothing = []
    for name in ("email_old_code", "email_new_code", "phone_code"):
        nothing.append("Todavía no cambió nada" in her.get(CODE).text)
        assert answer(her, sent_code(installation, name)).status_code == 303
    assert nothing == [True, False, False], "at the third, the address had changed"
    assert (email(), mobile()) == (NEW, "+51987654321")


def test_a_mobile_can_be_taken_off(
    her: Visitor, installation: Installation, mobile: Callable[[], str | None]
) -> None:
    assert her.client.post(f"{PROFILE}celular/quitar/").status_code == 400
    change_mobile(her, installation)
    gone = her.send(her.get(PROFILE), "celular/quitar/")
    assert gone.headers["location"] == f"{PROFILE}?listo=quitado"
    assert mobile() is None
    assert len(messages(installation.db, "phone_changed")) == 2


def test_taking_it_off_needs_a_fresh_proof(
    her: Visitor, installation: Installation, clock: Clock, mobile: Callable[[], str | None]
) -> None:
    """S46"""
    change_mobile(her, installation)
    clock.advance(minutes=5)
    asked = her.send(her.get(PROFILE), "celular/quitar/")
    assert asked.headers["location"].startswith("/casilla/confirmar/")
    assert mobile() is not None


def test_an_old_proof_is_asked_for_again_in_the_same_form_and_what_was_typed_stays(
    her: Visitor, clock: Clock, rosa: Person, installation: Installation
) -> None:
    """S46: five minutes."""
    stale = her.get(PROFILE)
    clock.advance(minutes=5)
    refused = her.send(stale, PROFILE, correo=NEW)
    assert refused.status_code == 400
    assert fields_of(refused, PROFILE)["correo"] == NEW
    assert messages(installation.db, "email_old_code") == []
    wrong = her.send(refused, PROFILE, correo=NEW, clave="otra-cosa-1")
    assert wrong.status_code == 403
    token = her.client.cookies[SESSION]
    assert her.send(wrong, PROFILE, correo=NEW, clave=rosa.password).status_code == 303
    assert her.client.cookies[SESSION] != token
    assert messages(installation.db, "email_old_code") != []


def test_after_the_proof_a_page_that_refuses_still_has_forms_that_work(
    her: Visitor, clock: Clock, rosa: Person
) -> None:
    clock.advance(minutes=6)
    same = update(her, correo=rosa.email, clave=rosa.password)
    assert same.status_code == 400
    assert her.send(same, PROFILE, correo=NEW).status_code == 303


def test_what_is_registered_is_shown_whole_only_after_a_fresh_proof(
    her: Visitor, rosa: Person, clock: Clock
) -> None:
    assert rosa.email in her.get(PROFILE).text
    clock.advance(minutes=5)
    page = her.get(PROFILE).text
    assert rosa.email not in page
    assert "r••••••@example.com" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Escriba lo que quiere cambiar"),
        ({"correo": "nada"}, "Escriba un correo completo"),
        ({"celular": "12"}, "celular"),
        ({"correo": "a@example.com\r\nBcc: b@example.com"}, "Escriba un correo completo"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    her: Visitor, fields: dict[str, str], sentence: str
) -> None:
    refused = update(her, **fields)
    assert refused.status_code == 400
    assert sentence in refused.text
    assert 'aria-invalid="true"' in refused.text


def test_what_was_accepted_at_the_registration_is_shown_with_its_version_and_time(
    her: Visitor, rosa: Person, installation: Installation
) -> None:
    """S45: the record of affiliation."""
    assert "Su afiliación" not in her.get(PROFILE).text
    with installation.db.transaction() as tx:
        one = Acceptance("terminos", "3.1", "0" * 64, tx.now, "203.0.113.7")
        acceptances.add(tx, rosa.id, one)
    page = her.get(PROFILE).text
    assert f'<a href="/terminos/">{installation.catalog.terms.titulo}</a>' in page
    with installation.db.transaction() as tx:
        acceptances.add(tx, rosa.id, replace(one, version="1"))
    page = her.get(PROFILE).text
    assert f'<a href="/terminos/1/">{installation.catalog.terms.titulo}</a>' in page
    assert "Versión 3.1, aceptada el" in page
    assert "16/11/2026 10:00" in page


def test_an_address_of_another_casilla_is_answered_as_any_other(
    her: Visitor, bruno: Person, installation: Installation
) -> None:
    """Nobody learns here who has a casilla."""
    answers = [update(her, correo=address) for address in (bruno.email, "nadie@example.com")]
    assert answers[0].status_code == answers[1].status_code == 303
    pages = [re.sub(r'name="sello" value="[^"]*"', "", her.get(CODE).text) for _ in answers]
    assert pages[0] == pages[1]
    assert her.get(CODE).status_code == 200
    answer(her, sent_code(installation, "email_old_code"))
    assert "nadie@example.com" in her.get(CODE).text


def test_codes_of_another_browser_another_session_or_another_step_prove_nothing(
    her: Visitor,
    inside: Callable[[Person], Visitor],
    rosa: Person,
    bruno: Person,
    installation: Installation,
    email: Callable[[], str],
) -> None:
    """S27"""
    update(her, correo=NEW)
    old = sent_code(installation, "email_old_code")
    page = her.get(CODE)
    hers_too, his = inside(rosa), inside(bruno)
    for other in (hers_too, his):
        other.client.cookies.set(VISIT, her.client.cookies[VISIT])
    for other in (hers_too, his):
        stolen = other.client.post(CODE, data=fields_of(page, CODE) | {"token": old})
        assert stolen.status_code == 403
        assert other.get(CODE).headers["location"] == PROFILE
    answer(her, old)
    assert answer(her, old).status_code in (403, 303)  # the code of the first step again
    assert email() == rosa.email


def test_the_fifth_wrong_code_ends_the_request_and_changes_nothing(
    her: Visitor, installation: Installation, email: Callable[[], str], rosa: Person
) -> None:
    """S25"""
    update(her, correo=NEW)
    right = sent_code(installation, "email_old_code")
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(4):
        assert "no es correcto" in answer(her, wrong).text
    over = answer(her, wrong)
    assert "sus datos no cambiaron" in over.text
    assert her.get(CODE).headers["location"] == PROFILE
    assert email() == rosa.email


def test_a_code_can_be_sent_again_and_the_one_before_is_dead(
    her: Visitor, installation: Installation, clock: Clock
) -> None:
    update(her, correo=NEW)
    first = sent_code(installation, "email_old_code")
    assert her.send(her.get(CODE), "reenviar/").status_code == 429
    clock.advance(seconds=31)
    assert her.send(her.get(CODE), "reenviar/").headers["location"] == f"{CODE}?reenviado=1"
    assert answer(her, first).status_code == 403
    assert answer(her, sent_code(installation, "email_old_code")).status_code == 303


def test_a_sixth_change_in_five_minutes_waits(her: Visitor, rosa: Person, clock: Clock) -> None:
    """S51: the codes have limits of their own, which come first."""
    answers = []
    for n in range(6):
        answers.append(update(her, correo=f"r{n}@example.com").status_code)
        clock.advance(seconds=1)
    assert answers[:3] == [303] * 3
    assert answers[-1] == 429


def test_every_form_wants_its_token(her: Visitor, installation: Installation) -> None:
    """S53"""
    update(her, correo=NEW)
    code = {"token": sent_code(installation, "email_old_code")}
    undone = f"{PROFILE}deshacer/{installation.signing.link('undo', bytes(16))}/"
    for path, data in (
        (PROFILE, {"correo": NEW}),
        (CODE, code),
        (f"{CODE}reenviar/", {}),
        (f"{PROFILE}celular/quitar/", {}),
        (f"{PROFILE}segundo-correo/quitar/", {}),
        (f"{PROFILE}baja/", {"leido": "1"}),
        (her.get(undone).headers["location"], {}),
    ):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        reply = her.client.post(path, data=data, headers=headers)
        assert reply.status_code == 403, path


@pytest.mark.parametrize("path", [PROFILE, CODE, UNDO])
def test_a_held_answer_of_the_profile_takes_its_time(her: Visitor, path: str) -> None:
    reply = her.client.post(path)
    assert reply.elapsed.total_seconds() >= pace.FLOOR
