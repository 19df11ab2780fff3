"""The story of a registration, without HTTP: M11–M64, S31, S40–S43, S45, S47–S51, S66."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad, cui_digit
from proxy.domain.identity import Answer
from proxy.domain.registration import LEGAL, NATURAL
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import opening, registration
from proxy.store import registrations, tables
from proxy.store.db import Database
from proxy.store.purge import purge
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, Browser, wrong
from tests.flows.newcomer import (
    CATALOG,
    ELENA,
    HER,
    Newcomer,
    code_of,
    count,
    hers,
    leaving,
    secret_of,
)
from tests.people import ROSA, Person, open_casilla

TABLES = ("outbox", "challenges", "eventos", "registrations")
GONE = Denied(Reason.OVER)


def test_who_proves_their_mailbox_gets_a_casilla_and_its_credentials(db: Database) -> None:
    """M40–M51, M55–M60, R10: nobody has to approve it."""
    newcomer = Newcomer(db).reach_email()
    assert hers(db) is None
    assert newcomer.validate(code_of(db)) is None
    casilla = hers(db)
    assert casilla is not None
    assert casilla.nombres == "Elena Yupanqui Imaginaria"
    assert (casilla.email, casilla.phone) == ("elena@example.com", None)
    assert casilla.must_change
    (credentials,) = outbox.messages(db, "credentials")
    assert (credentials.recipient, credentials.context["user"]) == (casilla.email, "1-40000011")
    secret = secret_of(db)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", secret)  # M58, S43
    assert Browser(db).enter(Person(HER, "", casilla.email, secret))


def test_the_code_may_be_pasted_with_spaces(db: Database) -> None:
    """R3, M48"""
    newcomer = Newcomer(db).reach_email()
    code = code_of(db)
    assert newcomer.validate(f" {code[:3]} {code[3:]} ") is None


def test_what_was_accepted_is_kept_with_version_hash_time_and_address(
    db: Database, clock: Clock
) -> None:
    """S45, M12, M15, L2, L3: in the transaction that opens the casilla, and told by e-mail."""
    newcomer = Newcomer(db)
    newcomer.accept()
    accepted_at = clock.now
    clock.advance(minutes=3)
    newcomer.reach_email()
    assert count(db, "acceptances") == 0
    newcomer.validate(code_of(db))
    casilla = hers(db)
    assert casilla is not None
    with db.reading() as tx:
        kept = {one.text: one for one in opening.accepted(tx, casilla.id)}
    assert kept["terminos"].sha256 == CATALOG.terms.sha256
    assert kept["privacidad"].sha256 == CATALOG.privacy.sha256
    assert {one.at for one in kept.values()} == {accepted_at}
    assert {(one.version, one.ip) for one in kept.values()} == {("1", PHONE.ip)}
    (told,) = outbox.messages(db, "affiliation")
    assert [one["sha256"] for one in told.context["accepted"]] == [
        CATALOG.terms.sha256,
        CATALOG.privacy.sha256,
    ]
    assert HER.number not in json.dumps(told.context)
    assert (told.context["identidad"], told.context["represented_by"]) == ("DNI •••••011", "")


def test_whoever_has_a_casilla_is_told_in_their_own_mailbox_and_nowhere_else(
    db: Database,
) -> None:
    """S41, S31: the same steps and answers; the address that was typed gets nothing."""
    owner = open_casilla(db, Person(HER, "Elena", "la-de-siempre@example.com", "Quinua-2041"))
    before = casillas_of(db)
    newcomer = Newcomer(db).reach_email()
    assert leaving(db, "registration_code") == []
    assert leaving(db, "already_registered") == [owner.email]
    for n in range(4):
        assert newcomer.validate(f"{n:06}") == Denied(Reason.WRONG, left=4 - n)
    assert newcomer.validate("000005") == Denied(Reason.SPENT)
    assert casillas_of(db) == before
    assert leaving(db, "credentials") == []


def casillas_of(db: Database) -> list[object]:
    with db.reading() as tx:
        return [tuple(row) for row in tx.conn.execute(select(tables.casillas))]


def test_known_and_unknown_leave_as_many_rows_behind(db: Database) -> None:
    """S31, S41: the work is the same, and so is the time that it takes."""
    open_casilla(db, ROSA)
    found = []
    for numero, cui in (("40000011", "1"), ("40000001", "3")):
        rows = {
            name: count(db, name) for name in ("outbox", "challenges", "eventos", "registrations")
        }
        form = ELENA | {"numero": numero, "cui": cui_digit(numero), "correo": f"{cui}@example.com"}
        Newcomer(db).reach_email(form | {"correo2": form["correo"]})
        found.append({name: count(db, name) - before for name, before in rows.items()})
    assert found[0] == found[1]


def test_an_owner_is_not_flooded_with_what_others_try(db: Database, clock: Clock) -> None:
    owner = open_casilla(db, Person(HER, "Elena", "elena@example.com", "Quinua-2041"))
    for n in range(4):
        newcomer = Newcomer(db, Client(f"198.51.100.{n}", "Firefox"))
        newcomer.reach_email(ELENA | {"correo": f"{n}@example.com", "correo2": f"{n}@example.com"})
    assert leaving(db, "already_registered") == [owner.email]


def test_two_registrations_of_one_identidad_open_one_casilla(db: Database) -> None:
    """The second one to prove its mailbox learns nothing, and its address gets nothing."""
    one = Newcomer(db).reach_email()
    first_code = code_of(db)
    other = {"correo": "otra@example.com", "correo2": "otra@example.com"}
    two = Newcomer(db, ELSEWHERE).reach_email(ELENA | other)
    assert two.validate(code_of(db)) is None
    assert one.validate(first_code) is None
    assert leaving(db, "credentials") == ["otra@example.com"]
    assert leaving(db, "already_registered") == ["otra@example.com"]
    assert count(db, "casillas") == 1


def test_a_code_proves_only_the_data_that_it_was_sent_for(db: Database) -> None:
    """Whoever proves their own data and their mailbox cannot open the casilla of another."""
    newcomer = Newcomer(db).reach_email()
    code = code_of(db)
    with db.transaction() as tx:
        registration.keep_typed(tx, newcomer.found, ELENA | {"numero": "40000012", "cui": "9"})
    assert newcomer.validate(code) == Denied(Reason.GONE)
    assert newcomer.ask() == GONE
    assert count(db, "casillas") == 0


def test_a_corrected_address_is_proved_by_its_own_code(db: Database) -> None:
    newcomer = Newcomer(db).reach_email()
    old, link = code_of(db), newcomer.found.challenge_id
    assert link is not None
    new = ELENA | {"correo": "nueva@example.com", "correo2": "nueva@example.com"}
    newcomer.data(new)
    assert newcomer.validate(old) == Denied(Reason.GONE)
    assert newcomer.follow(link, old) == Denied(Reason.GONE)
    assert newcomer.ask() is None
    assert newcomer.validate(code_of(db)) is None
    assert leaving(db, "credentials") == ["nueva@example.com"]


def test_the_link_serves_in_any_browser_and_once(db: Database) -> None:
    """M43, R11: code or link, whichever comes first; looking at it spends nothing."""
    newcomer = Newcomer(db).reach_email()
    link = newcomer.found.challenge_id
    assert link is not None
    for _ in range(3):
        with db.reading() as tx:
            code = opening.linked(tx, link)
    assert code == code_of(db)
    assert Newcomer(db, ELSEWHERE).follow(link, code) is None
    assert newcomer.validate(code) == GONE
    assert Newcomer(db, ELSEWHERE).follow(link, code) == GONE
    with db.reading() as tx:
        assert opening.linked(tx, link) is None
        assert opening.done(tx, newcomer.visit)
    assert count(db, "casillas") == 1
    assert len(leaving(db, "credentials")) == 1


def test_five_wrong_codes_end_it_and_another_can_be_asked_for(db: Database, clock: Clock) -> None:
    """S42"""
    newcomer = Newcomer(db).reach_email()
    right = code_of(db)
    for _ in range(5):
        last = newcomer.validate(wrong(right))
    assert last == Denied(Reason.SPENT)
    assert newcomer.validate(right) == Denied(Reason.GONE)
    clock.advance(minutes=6)
    assert newcomer.ask() is None
    assert newcomer.validate(code_of(db)) is None


def test_a_new_code_kills_the_one_before(db: Database, clock: Clock) -> None:
    """S26, J17"""
    newcomer = Newcomer(db).reach_email()
    old = code_of(db)
    assert newcomer.resend() == Denied(Reason.SOON, timedelta(seconds=30))
    clock.advance(minutes=11)
    assert newcomer.validate(old) == Denied(Reason.EXPIRED)
    assert newcomer.resend() is None
    assert isinstance(newcomer.validate(old), Denied)
    assert newcomer.validate(code_of(db)) is None


def test_an_hour_without_a_step_forgets_everything(db: Database, clock: Clock) -> None:
    """The page of the terms says so; the row goes with the next purge."""
    newcomer = Newcomer(db)
    newcomer.accept()
    clock.advance(minutes=59)
    newcomer.choose(NATURAL)
    clock.advance(minutes=59)
    assert newcomer.found.draft.persona == NATURAL
    clock.advance(minutes=1)
    with db.reading() as tx:
        assert registration.begun(tx, newcomer.visit) is None
    assert newcomer.ask() == GONE
    with db.transaction() as tx:
        assert purge(tx)["registrations"] == 0
    clock.advance(seconds=1)
    with db.transaction() as tx:
        assert purge(tx)["registrations"] == 1


def test_no_step_can_be_jumped_over(db: Database) -> None:
    newcomer = Newcomer(db)
    newcomer.accept()
    assert newcomer.ask() == GONE
    newcomer.choose(NATURAL)
    assert newcomer.ask() == GONE
    newcomer.data(ELENA, Answer.DIFFERS)
    assert newcomer.ask() == GONE
    newcomer.data(ELENA, Answer.UNAVAILABLE)
    assert newcomer.ask() == GONE
    newcomer.data(ELENA)
    with db.transaction() as tx:
        registration.choose(tx, newcomer.found, LEGAL)
    assert newcomer.ask() == GONE
    with db.transaction() as tx, pytest.raises(Refusal):
        registration.choose(tx, newcomer.found, "otra")


def test_what_was_typed_stays_until_the_casilla_is_open_and_then_as_its_record(
    db: Database,
) -> None:
    """M36, L16: the telephone was not proved, so it is not the casilla's."""
    newcomer = Newcomer(db)
    newcomer.accept()
    newcomer.choose(NATURAL)
    newcomer.data(ELENA, Answer.DIFFERS)
    assert newcomer.found.draft.person == ELENA
    newcomer.data(ELENA)
    newcomer.ask()
    with db.reading() as tx:
        assert opening.declared_phone(tx, HER) is None
    newcomer.validate(code_of(db))
    with db.reading() as tx:
        assert opening.declared_phone(tx, HER) == "987 654 321"
        declared = registrations.declared(tx, HER)
    assert declared is not None and declared.person == ELENA


def test_who_one_is_can_be_tried_five_times_in_six_hours_and_ten_from_one_network(
    db: Database, clock: Clock
) -> None:
    """S40, S51: an answer a try, so that nobody finds out somebody's data by trying them."""
    newcomer = Newcomer(db)
    newcomer.accept()
    newcomer.choose(NATURAL)
    for _ in range(5):
        newcomer.data(ELENA, Answer.DIFFERS)
    elsewhere = Newcomer(db, ELSEWHERE)
    elsewhere.accept()
    elsewhere.choose(NATURAL)
    denied = elsewhere.data(ELENA)
    assert isinstance(denied, Denied) and denied.reason is Reason.LIMITED
    assert denied.wait and denied.wait > timedelta(hours=1)
    for n in range(5):
        dni = f"4100000{n}"
        newcomer.data(ELENA | {"numero": dni, "cui": cui_digit(dni)}, Answer.DIFFERS)
    prices = []
    for client in (PHONE, ELSEWHERE):
        with db.transaction() as tx:
            charge = registration.admit(tx, Identidad("DNI", "41000009"), client)
            assert not isinstance(charge, Denied)
            prices.append(charge.price)
    assert prices == [2, 1], "the eleventh of a network costs more than the riddle of everybody"


def test_only_what_does_not_match_counts_as_a_try(db: Database) -> None:
    """S40, S51: whoever is right, or was not answered, goes on as often as they need."""
    for n, answer in enumerate([Answer.MATCHES, Answer.UNAVAILABLE] * 3):
        newcomer = Newcomer(db, Client(f"198.51.100.{n}", "Firefox"))
        newcomer.accept()
        newcomer.choose(NATURAL)
        assert not isinstance(newcomer.data(ELENA, answer), Denied)
    stranger = Newcomer(db, ELSEWHERE)
    stranger.accept()
    stranger.choose(NATURAL)
    for n in range(6):
        last = stranger.data(ELENA | {"nombres": "Elena" + "a" * n}, Answer.DIFFERS)
        assert isinstance(last, Denied) == (n == 5)


def test_whose_data_matched_is_not_asked_again_for_another_way_to_reach_them(
    db: Database,
) -> None:
    """S40: what is new is proved by its own code, and other data are asked about as before."""
    newcomer = Newcomer(db).reach_email()
    checks = count_checks(db)
    reach = {"telefono": "987 654 322", "correo": "b@example.com", "correo2": "b@example.com"}
    newcomer.data(ELENA | reach)
    assert count_checks(db) == checks
    assert newcomer.found.draft.identified and not newcomer.found.draft.email_visit
    newcomer.data(ELENA | reach | {"nombres": "Elsa"}, Answer.DIFFERS)
    assert count_checks(db) == checks + 1
    assert newcomer.ask() == GONE


def count_checks(db: Database) -> int:
    """How often the register was asked."""
    with db.reading() as tx:
        events = tx.conn.execute(select(tables.eventos.c.kind)).scalars().all()
    return events.count(Event.IDENTITY_CHECKED)


def test_nothing_that_was_typed_can_be_read_in_the_database(db: Database) -> None:
    """S66, S23: neither the personal data nor the secret that was mailed."""
    newcomer = Newcomer(db).reach_email()
    code = code_of(db)
    newcomer.validate(code)
    private = [*ELENA.values(), code, secret_of(db), newcomer.visit]
    private = [value for value in private if len(value) > 3]
    with db.reading() as tx:
        for table in tables.metadata.sorted_tables:
            for row in tx.conn.execute(select(table)):
                shown = " ".join(str(value) for value in row)
                assert not [value for value in private if value in shown], table.name
