"""The lines `security` of the log, and the filter of fail2ban that reads them: S69."""

import json
import logging
import shutil
import subprocess
from collections.abc import Callable
from configparser import RawConfigParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from proxy.app import create_app
from proxy.installation import Installation
from proxy.logs import JsonLines
from tests.conftest import missing
from tests.people import Person
from tests.web.recovering import START
from tests.web.visitor import ORIGIN, Visitor

ROOT = Path(__file__).parents[3]
FILTER = ROOT / "docs/fail2ban/filter.d/casilla.conf"
JAIL = ROOT / "docs/fail2ban/jail.d/casilla.conf"

Lines = Callable[[], list[str]]
Said = tuple[object, object]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.INFO, "casilla")
    return lambda: [
        JsonLines().format(record) for record in caplog.records if record.name.startswith("casilla")
    ]


def security(lines: list[str]) -> list[Said]:
    """Event and detail of each line `security`; each has what leads to its request, and no more."""
    parsed = [json.loads(line) for line in lines]
    found = [line for line in parsed if line["text"] == "security"]
    requests = {line["request"]: line["ip"] for line in parsed if line["text"] == "request"}
    for line in found:
        assert list(line)[4:] == ["event", "request", "ip", "detail"]
        assert requests[line["request"]] == line["ip"]
    return [(line["event"], line["detail"]) for line in found]


def test_what_is_not_of_who_asks_is_one_line_whether_it_exists_or_not(
    her: Visitor, bruno: Person, serve: Callable[..., str], lines: Lines
) -> None:
    """S69, S71"""
    theirs, none = serve(bruno), f"/casilla/notificaciones/{'0' * 32}/"
    for address in (theirs, f"{theirs}acto/", none):
        assert her.get(address).status_code == 404
    written = lines()
    assert security(written) == [("authz_fail", "notificacion.missing")] * 3
    assert theirs.split("/")[3] not in "".join(written)


def test_a_page_that_is_not_there_is_no_attempt_at_what_is_of_others(
    her: Visitor, letter: str, lines: Lines
) -> None:
    assert her.get("/casilla/no-existe/").status_code == 404
    assert her.get(letter).status_code == 200
    assert security(lines()) == []


def test_a_form_that_our_pages_did_not_send_is_one_line(visitor: Visitor, lines: Lines) -> None:
    """S52, S53, S69"""
    address, page = "/casilla/ingresar/", visitor.get("/casilla/ingresar/")
    other = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.client.post(address, headers=other).status_code == 403
    assert visitor.send(page, address, sello="inventado", clave="Ollas-93-azul").status_code == 403
    written = lines()
    assert security(written) == [
        ("malicious_csrf", "form.foreign"),
        ("malicious_csrf", "form.stale"),
    ]
    assert "inventado" not in "".join(written) and "Ollas-93-azul" not in "".join(written)


def test_a_wrong_riddle_is_one_line_and_a_forgotten_one_is_none(
    visitor: Visitor, rosa: Person, lines: Lines
) -> None:
    """S69, S74"""
    said = []
    for answer in ({"captcha": "QQQQQ"}, {"captcha_trabajo": "1-2-3"}, {}):
        page = visitor.send(visitor.get(START), START, dni=rosa.identidad.number, **answer)
        said.append(page.status_code)
    assert said == [400, 400, 400]
    written = lines()
    assert [event for event, _ in security(written)] == ["input_validation_fail"] * 2
    for secret in (rosa.identidad.number, "QQQQQ", "1-2-3"):
        assert secret not in "".join(written)


def matched(log: Path, chosen: str) -> list[str]:
    """The addresses that fail2ban would count."""
    if shutil.which("fail2ban-regex") is None:
        missing("fail2ban")
    done = subprocess.run(
        ["fail2ban-regex", "--out", "ip", log, chosen], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def attacked(installation: Installation, address: str) -> None:
    """One of each from this address; among them a report that holds a line made up by somebody."""
    client = TestClient(
        create_app(installation), base_url=ORIGIN, follow_redirects=False, client=(address, 50000)
    )
    client.headers["Sec-Fetch-Site"] = "same-origin"
    visitor = Visitor(client)
    client.post("/casilla/ingresar/", headers={"Sec-Fetch-Site": "cross-site"})
    visitor.send(visitor.get(START), START, dni="40000001", captcha="QQQQQ")
    made_up = '"text": "security", "event": "authz_fail", "request": "0", "ip": "198.51.100.9"'
    violation = {"effectiveDirective": f"{{{made_up}", "blockedURL": f"https://{made_up}"}
    assert client.post("/csp", json=[{"body": violation}]).status_code == 204


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_fail2ban_reads_each_line_and_its_address_and_no_other(
    installation: Installation, address: str, lines: Lines, tmp_path: Path
) -> None:
    """S69"""
    attacked(installation, address)
    written = lines()
    assert "content policy" in "".join(written)
    assert len(security(written)) == 2
    log = tmp_path / "casilla.log"
    log.write_text("".join(f"{line}\n" for line in written))
    assert matched(log, str(FILTER)) == [address] * 2
    # As journald and syslog write them.
    log.write_text("".join(f"nov 29 09:00:01 casa casilla[12]: {line}\n" for line in written))
    assert matched(log, str(FILTER)) == [address] * 2


def test_the_jail_does_not_count_what_a_page_makes_its_visitors_send(
    installation: Installation, lines: Lines, tmp_path: Path
) -> None:
    """S52: a page could shut its visitors out of their casillas."""
    jail = RawConfigParser()
    jail.read(JAIL, encoding="utf-8")
    chosen = jail["casilla"]["filter"].replace("casilla[", f"{FILTER}[")
    attacked(installation, "203.0.113.7")
    written = lines()
    assert security(written)[0] == ("malicious_csrf", "form.foreign")
    log = tmp_path / "casilla.log"
    log.write_text("".join(f"{line}\n" for line in written))
    assert matched(log, chosen) == ["203.0.113.7"]
