"""The client of the verification service, against real servers: S40, V 16.5.2, M34, M71."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, CompanyClaim, PersonClaim
from proxy.outside.breaker import Breaker
from proxy.outside.identity import AT_ONCE, LARGEST, Service
from tests.engines import free_port
from tests.outside.dripping import TLS_BEGINS, Dripping
from tests.outside.servers import certificate
from tests.outside.services import HANGS_UP, NO, YES, Reply
from tests.outside.services import Service as Server

Serve = Callable[..., Server]

LUZ = PersonClaim(
    identidad=Identidad("DNI", "40000011"),
    apellido_paterno="Núñez",
    apellido_materno="",
    nombres="Luz Ficticia",
    born_on=date(1988, 2, 29),
    sexo="F",
    issued_on=date(2021, 7, 15),
    cui="1",
)
SUR = CompanyClaim(Identidad("RUC", "20999999906"), "Comercial Sur Ficticia S.A.C.", "Ate")


def service(server: Server, **how: object) -> Service:
    line = {"connect_seconds": 1.0, "read_seconds": 0.4, **how}
    return Service(server.url(), **line)  # type: ignore[arg-type]


def test_a_person_is_asked_for_with_all_that_they_said(serve: Serve) -> None:
    """M34"""
    server = serve()
    asking = service(server, headers={"X-Entidad": "123", "Authorization": "Bearer llave"})
    assert asking.check(LUZ).answer is Answer.MATCHES
    assert [asked.said for asked in server.asked] == [
        {
            "identidad": {"tipo": "DNI", "numero": "40000011"},
            "apellido_paterno": "Núñez",
            "apellido_materno": "",
            "nombres": "Luz Ficticia",
            "fecha_nacimiento": "1988-02-29",
            "sexo": "F",
            "fecha_emision": "2021-07-15",
            "cui": "1",
        }
    ]
    assert server.asked[0].headers["X-Entidad"] == "123"
    assert server.asked[0].headers["Authorization"] == "Bearer llave"
    assert server.asked[0].target == "/servicio?v=1"


def test_a_company_is_asked_for_with_its_name_and_district(serve: Serve) -> None:
    """M71"""
    server = serve(NO)
    assert service(server).check(SUR).answer is Answer.DIFFERS
    assert [asked.said for asked in server.asked] == [
        {
            "identidad": {"tipo": "RUC", "numero": "20999999906"},
            "razon_social": "Comercial Sur Ficticia S.A.C.",
            "distrito": "Ate",
        }
    ]


WRONG = {
    "not JSON": Reply(b"<h1>Mantenimiento</h1>"),
    "an HTML page that is no error": Reply(b'{"resultado": "coincide"}', kind="text/html"),
    "no type": replace(YES, kind=""),
    "another word": Reply(b'{"resultado": "COINCIDE"}'),
    "no word": Reply(b"{}"),
    "a list": Reply(b'["coincide"]'),
    "true": Reply(b'{"resultado": true}'),
    "a list in the word": Reply(b'{"resultado": ["coincide"]}'),
    "empty": Reply(b""),
    "half": Reply(b'{"resultado": "coinc'),
    "not UTF-8": Reply(b'{"resultado": "\xff"}'),
    "deep": Reply(b"[" * LARGEST),
    "huge": Reply(b'{"resultado": "coincide"}' + b" " * 50_000_000),
    "compressed": Reply(b"\x1f\x8b\x08", more=(("Content-Encoding", "gzip"),)),
    "somewhere else": Reply(status=302, more=(("Location", "/otra"),)),
    "nothing": Reply(status=204),
    "forbidden": Reply(status=401),
    "broken": Reply(status=500),
}


def test_it_is_asked_about_a_person_and_a_company(serve: Serve) -> None:
    """S81: in words of their own."""
    replies = [b'{"resultado": "representa"}', b'{"resultado": "no representa"}']
    server = serve(*map(Reply, replies))
    asking = service(server)
    answers = [asking.represents(LUZ.identidad, SUR.identidad) for _ in replies]
    assert answers == [Answer.MATCHES, Answer.DIFFERS]
    assert server.asked[0].said == {
        "identidad": {"tipo": "RUC", "numero": "20999999906"},
        "representante": {"tipo": "DNI", "numero": "40000011"},
    }


def test_a_program_that_knows_nothing_of_powers_confirms_none(serve: Serve) -> None:
    """S81: it answers about the company, and that cuts nobody off."""
    server = serve(YES)
    asking = service(server)
    answers = {asking.represents(LUZ.identidad, SUR.identidad) for _ in range(9)}
    assert answers == {Answer.UNAVAILABLE}
    assert asking.check(SUR).answer is Answer.MATCHES


def test_the_addresses_come_with_the_answer_and_only_with_a_yes(serve: Serve) -> None:
    correos = b'["a@example.org", 7, "b@example.org", "c@x.pe", "d@x.pe", "e@x.pe", "f@x.pe"]'
    server = serve(
        Reply(b'{"resultado": "coincide", "correos": %s}' % correos),
        Reply(b'{"resultado": "no coincide", "correos": %s}' % correos),
        Reply(b'{"resultado": "coincide", "correos": "a@example.org"}'),
    )
    asking = service(server)
    kept = ("a@example.org", "b@example.org", "c@x.pe", "d@x.pe")
    assert asking.check(SUR) == (Answer.MATCHES, kept)
    assert asking.check(SUR) == (Answer.DIFFERS, ())
    assert asking.check(SUR) == (Answer.MATCHES, ())


@pytest.mark.parametrize("reply", WRONG.values(), ids=WRONG)
def test_anything_that_is_not_an_answer_is_no_answer(serve: Serve, reply: Reply) -> None:
    """S40, V 16.5.2: nobody is let in, and nobody turned away, by a service that is not well."""
    server = serve(reply)
    started = time.monotonic()
    assert service(server).check(LUZ).answer is Answer.UNAVAILABLE
    assert time.monotonic() - started < 1.4
    assert {asked.target for asked in server.asked} == {"/servicio?v=1"}


@pytest.mark.parametrize("reply", [HANGS_UP, *(Reply(status=n) for n in (502, 503, 504))])
def test_a_service_that_stumbles_is_asked_once_more(serve: Serve, reply: Reply) -> None:
    server = serve(reply, YES)
    assert service(server).check(LUZ).answer is Answer.MATCHES
    assert len(server.asked) == 2
    assert server.asked[0] == server.asked[1]


def test_it_is_asked_no_third_time(serve: Serve) -> None:
    server = serve(Reply(status=503))
    assert service(server).check(LUZ).answer is Answer.UNAVAILABLE
    assert len(server.asked) == 2


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=401), Reply(b"no")])
def test_an_answer_that_would_be_the_same_again_is_not_asked_for_again(
    serve: Serve, reply: Reply
) -> None:
    server = serve(reply, YES)
    assert service(server).check(LUZ).answer is Answer.UNAVAILABLE
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [replace(YES, after=30), replace(YES, every=0.1), Reply(b" " * 2000 + YES.body, every=0.05)],
    ids=["silent", "trickling", "trickling for long"],
)
def test_a_slow_service_is_not_waited_for(serve: Serve, reply: Reply) -> None:
    server = serve(reply)
    started = time.monotonic()
    assert service(server, connect_seconds=0.5).check(LUZ).answer is Answer.UNAVAILABLE
    assert time.monotonic() - started < 2
    assert len(server.asked) == 1


def test_nobody_listens() -> None:
    down = Service(f"http://127.0.0.1:{free_port()}/")
    started = time.monotonic()
    assert down.check(LUZ).answer is Answer.UNAVAILABLE
    assert time.monotonic() - started < 1.5


def test_a_name_that_leads_nowhere_is_no_answer() -> None:
    assert Service("http://no-esta.invalid/").check(LUZ).answer is Answer.UNAVAILABLE


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_service_that_is_down_is_left_alone_and_tried_again_by_one(serve: Serve) -> None:
    """V 16.5.2: five failures in a row, then half a minute of peace, then one probe."""
    server, clock = serve(Reply(status=500)), Clock()
    asking = service(server, breaker=Breaker(clock=clock))
    answers = [asking.check(LUZ).answer for _ in range(9)]
    assert answers == [Answer.UNAVAILABLE] * 9
    assert len(server.asked) == 5

    clock.now = 29.9
    asking.check(LUZ)
    assert len(server.asked) == 5
    clock.now = 30
    asking.check(LUZ)
    asking.check(LUZ)
    assert len(server.asked) == 6  # the probe failed: another half a minute

    server.replies = [YES]
    clock.now = 60
    assert [asking.check(LUZ).answer for _ in range(3)] == [Answer.MATCHES] * 3


def test_only_one_probe_goes_at_a_time(serve: Serve) -> None:
    server, clock = serve(Reply(status=500)), Clock()
    asking = service(server, breaker=Breaker(clock=clock), read_seconds=3.0)
    for _ in range(5):
        asking.check(LUZ)
    clock.now = 30
    server.replies = [replace(YES, after=0.5)]
    answers: list[Answer] = []
    people = [
        threading.Thread(target=lambda: answers.append(asking.check(LUZ).answer)) for _ in range(6)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(answers) == [Answer.MATCHES, *[Answer.UNAVAILABLE] * 5]
    assert len(server.asked) == 6


def test_a_flapping_service_is_not_cut_off(serve: Serve) -> None:
    """Only failures in a row count."""
    server = serve(*[Reply(status=500), Reply(status=500), YES] * 5)
    asking = service(server)
    answers = [asking.check(LUZ).answer for _ in range(15)]
    assert answers.count(Answer.MATCHES) == 5


def test_a_claim_that_the_service_dislikes_cuts_nobody_else_off(serve: Serve) -> None:
    """Otherwise five odd forms in a row would close registration for everybody."""
    server = serve(*[Reply(status=422)] * 8, YES)
    asking = service(server)
    assert [asking.check(LUZ).answer for _ in range(8)] == [Answer.UNAVAILABLE] * 8
    assert asking.check(LUZ).answer is Answer.MATCHES


def test_a_service_that_hangs_holds_only_a_few_threads(serve: Serve) -> None:
    server = serve(replace(YES, after=2.0))  # longer than a busy machine takes to start them
    asking = service(server, read_seconds=8.0)
    held = [threading.Thread(target=asking.check, args=(LUZ,)) for _ in range(AT_ONCE)]
    for thread in held:
        thread.start()
    while len(server.asked) < AT_ONCE:
        time.sleep(0.01)
    assert asking.check(LUZ).answer is Answer.UNAVAILABLE
    assert all(thread.is_alive() for thread in held)  # it waited for none of them
    for thread in held:
        thread.join()
    assert asking.check(LUZ).answer is Answer.MATCHES


def test_nothing_of_the_claim_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """S69"""
    caplog.set_level(logging.DEBUG)
    echo = Reply(b'{"error": "40000011 Luz Ficticia"}', kind="text/40000011")
    for reply in (YES, echo, Reply(status=500), HANGS_UP, replace(echo, kind="application/json")):
        service(serve(reply), headers={"Authorization": "Bearer llave"}).check(LUZ)
    service(serve(replace(YES, after=2))).check(LUZ)
    assert "no answer of the identity service" in caplog.text
    everything = "".join(str(vars(record)) for record in caplog.records)
    for secret in ("40000011", "Luz", "Núñez", "1988", "llave"):
        assert secret not in everything


def test_the_service_must_prove_who_it_is(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, "localhost")
    server = serve(YES, pem=pem)
    asking = Service(server.url("localhost", "https"))
    assert asking.check(LUZ).answer is Answer.UNAVAILABLE
    assert server.asked == []

    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert asking.check(LUZ).answer is Answer.MATCHES
    elsewhere = Service(server.url("127.0.0.1", "https"))  # not the name of the certificate
    assert elsewhere.check(LUZ).answer is Answer.UNAVAILABLE
    assert len(server.asked) == 1


def test_a_trickle_is_ended_under_tls_too(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    server = serve(replace(YES, every=0.1), pem=pem)
    asking = Service(server.url("localhost", "https"), connect_seconds=0.6, read_seconds=0.4)
    started = time.monotonic()
    assert asking.check(LUZ).answer is Answer.UNAVAILABLE
    assert time.monotonic() - started < 2


def test_a_service_that_drips_before_tls_begins_is_ended() -> None:
    with Dripping(TLS_BEGINS, drip=b"\x02") as server:
        asking = Service(f"https://localhost:{server.port}/", connect_seconds=0.4)
        assert asking.check(LUZ).answer is Answer.UNAVAILABLE
        assert server.cut.wait(10)
