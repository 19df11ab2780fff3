"""The service of SMS against a real server that can be slow, wrong and down: S30, S77."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from proxy.outside import sms
from proxy.outside.mail import Unsent
from proxy.outside.sms import Sms, sms_transport
from proxy.settings import Settings
from tests.engines import free_port
from tests.outside.servers import ELSEWHERE, certificate
from tests.outside.services import HANGS_UP, TAKEN, Reply, Service

NUMBER = "+51987654321"
TEXT = 'JNE: «token» 482913 & <más> "10" min\n@casilla.test #482913'
SMS = Sms("4f2a" * 8, NUMBER, TEXT, "casilla@entidad.example", datetime(2026, 11, 16, tzinfo=UTC))


def settings(url: str, **more: object) -> Settings:
    return Settings(_env_file=None, sms_url=url, **more)  # type: ignore[arg-type]


def send(url: str, **more: object) -> str:
    return sms_transport(settings(url, **more)).send(SMS)


def test_a_gateway_gets_the_message_once_and_its_answer_is_kept() -> None:
    with Service(TAKEN) as server:
        answer = send(server.url(), sms_token="llave-secreta")
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", "/servicio?v=1")
    assert asked.said == {"to": NUMBER, "text": TEXT, "id": SMS.message_id}
    assert asked.headers["Content-Type"] == "application/json; charset=utf-8"
    assert asked.headers["Authorization"] == "Bearer llave-secreta"
    assert asked.headers["Idempotency-Key"] == SMS.message_id
    assert answer == '201 {"sid": "SM4F2A"}'


def test_a_service_that_wants_no_token_is_sent_none() -> None:
    with Service(TAKEN) as server:
        send(server.url())
    assert "Authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        (400, True), (404, True), (410, True), (422, True),
        (401, False), (403, False), (429, False), (500, False), (503, False), (302, False),
    ],
)  # fmt: skip
def test_what_a_gateway_does_not_take_is_told_apart(status: int, refused: bool) -> None:
    with Service(Reply(b"no", status)) as server, pytest.raises(Unsent) as found:
        send(server.url())
    assert (found.value.reason, found.value.refused) == (f"HTTP {status}", refused)
    assert found.value.answer == f"{status} no"


def test_a_redirection_is_not_followed() -> None:
    """The message and the account would go to whom nobody chose."""
    with Service(TAKEN) as other:
        for status in (301, 302, 303, 307, 308):
            elsewhere = Reply(status=status, more=(("Location", other.url()),))
            with Service(elsewhere) as server, pytest.raises(Unsent):
                send(server.url())
    assert other.asked == []


def test_a_gateway_that_is_down_or_hangs_up_is_unsent() -> None:
    with pytest.raises(Unsent) as found:
        send(f"http://127.0.0.1:{free_port()}/")
    assert (found.value.reason, found.value.refused) == ("NewConnectionError", False)
    with Service(HANGS_UP) as server, pytest.raises(Unsent) as found:
        send(server.url())
    assert not found.value.refused


def test_a_slow_gateway_holds_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "SECONDS", 0.3)
    with Service(replace(TAKEN, after=1)) as server, pytest.raises(Unsent, match="too slow"):
        send(server.url())


def test_a_gateway_that_took_the_message_has_taken_it_however_slowly_it_says_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise it would be sent again."""
    monkeypatch.setattr(sms, "SECONDS", 0.4)
    started = time.monotonic()
    with Service(Reply(b"x" * 200, 201, every=0.05, head_at_once=True)) as server:
        answer = send(server.url())
        assert time.monotonic() - started < 2
    assert answer.startswith("201 x") and len(answer) < 100


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with Service(Reply(b"x" * 1_000_000)) as server:
        assert len(send(server.url())) <= sms.LARGEST + 4


def test_an_attempt_takes_less_than_the_lease_of_a_worker() -> None:
    from proxy.flows.delivery import LEASE

    longest = sms.CONNECT_SECONDS + sms.SECONDS
    assert longest < LEASE.total_seconds() / 2


def test_the_answer_keeps_neither_the_message_nor_the_account() -> None:
    """Some gateways repeat what they were sent."""
    said = json.dumps({"body": TEXT, "code": "482913", "key": "llave-secreta", "sid": "SM1"})
    with Service(Reply(said.encode()), Reply(said.encode(), 500)) as server:
        answers = [send(server.url(), sms_token="llave-secreta")]
        with pytest.raises(Unsent) as found:
            send(server.url(), sms_token="llave-secreta")
        answers.append(found.value.answer)
    for answer in answers:
        assert "482913" not in answer and "llave-secreta" not in answer and "SM1" in answer


def test_no_text_shows_the_account_at_the_gateway() -> None:
    mine = settings("https://sms.example/?clave=en-la-url", sms_token="en-la-llave")
    for shown in (repr(mine), repr(sms_transport(mine)), str(mine)):
        assert "en-la-url" not in shown
        assert "en-la-llave" not in shown


@pytest.mark.parametrize("fault", ["unknown", "of another name", None])
def test_a_gateway_elsewhere_must_prove_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    pem = certificate(tmp_path, "otro.example" if fault == "of another name" else ELSEWHERE)
    if fault != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with Service(TAKEN, pem=pem) as server:
        url = server.url(ELSEWHERE, "https")
        if fault is None:
            assert send(url).startswith("201")
            return
        with pytest.raises(Unsent, match="SSL"):
            send(url)
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "maildir:",
        "http://sms.example/",  # in clear
        f"http://{ELSEWHERE}/",
        "https://",
        "https://usuario:clave@sms.example/",
        "https://sms.example/#aqui",
        "https://sms.example/con espacio",
        "https://sms.example:99999/",
        "ftp://sms.example/",
        "sms.example",
        "https://sms.example/enviar?para={digitos}&mensaje={texto}",  # as up to 0.2.0
    ],
)
def test_an_address_that_leads_nowhere_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="debe ser maildir:CARPETA"):
        settings(url)


@pytest.mark.parametrize(
    "wrong",
    [{"sms_token": "a\r\nHost: b"}, {"sms_token": " a"}, {"sms_a_day": 0}],
)
def test_a_setting_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings("https://sms.example/", **wrong)
