"""`casilla correo`: the messages of this machine, in place of a mailbox and a mobile."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

import pytest

from proxy.outside.mail import Folder
from proxy.outside.sms import Sms, SmsFolder
from tests.commands.conftest import Casilla

TEXT = "JNE, casilla: su token digital es 048291.\n@localhost #048291"


@pytest.fixture
def correo(casilla: Casilla) -> Casilla:
    return partial(casilla, "correo")


def text_rosa(minute: int) -> None:
    at = datetime(2026, 11, 16, 15, minute, tzinfo=UTC)
    sms = Sms("4f" * 16, "+51987654321", TEXT, "casilla@entidad.example", at)
    SmsFolder(Folder(Path("var/sms"))).send(sms)


def mail_rosa(minute: int) -> None:
    email = EmailMessage(policy=SMTP)
    email["From"], email["To"] = "casilla@entidad.example", "rosa@example.com"
    email["Subject"] = "Hola"
    email["Date"] = datetime(2026, 11, 16, 15, minute, tzinfo=UTC)
    email.set_content("Está lista.\n")
    Folder(Path("var/correo")).send(email)


def test_both_kinds_are_in_one_list_newest_first(correo: Casilla) -> None:
    text_rosa(1)
    mail_rosa(2)
    text_rosa(3)
    code, out, _ = correo()
    assert code == 0
    assert out.splitlines() == [
        "  1  16/11/2026 10:03:00 (hora de Lima)  +51987654321  SMS",
        "  2  16/11/2026 10:02:00 (hora de Lima)  rosa@example.com  Hola",
        "  3  16/11/2026 10:01:00 (hora de Lima)  +51987654321  SMS",
        "Hay 3 mensajes. «casilla correo 1» muestra el más nuevo.",
    ]


def test_an_sms_is_read_as_it_arrives(correo: Casilla) -> None:
    text_rosa(1)
    code, out, _ = correo("1")
    assert code == 0
    assert "Para:   +51987654321\nAsunto: SMS\n" in out
    assert out.rstrip().endswith(TEXT)


def test_the_sms_of_this_machine_are_read_though_the_mail_leaves_by_a_server(
    correo: Casilla, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASILLA_MAIL_URL", "smtp://correo.example")
    code, _, complaint = correo()
    assert code == 1 and "salen por un servidor" in complaint
    text_rosa(1)
    code, out, _ = correo()
    assert code == 0 and "SMS" in out


def test_the_mail_of_this_machine_is_read_though_sms_leave_by_a_gateway(
    correo: Casilla, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASILLA_SMS_URL", "https://sms.example/")
    assert correo()[1] == "Todavía no hay mensajes.\n"
    mail_rosa(1)
    assert "Hola" in correo()[1]


def test_the_folder_of_sms_is_for_its_owner_alone(tmp_path: Path, correo: Casilla) -> None:
    text_rosa(1)
    assert (tmp_path / "var/sms").stat().st_mode & 0o077 == 0
