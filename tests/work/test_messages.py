"""What each message says besides what is stored of it, and how it begins."""

import re
from collections.abc import Callable

import pytest

from proxy.installation import Installation
from proxy.render import email, sms
from proxy.work import messages
from tests.outside.servers import Mailbox
from tests.work.html import Page
from tests.work.test_mailer import body
from tests.work.whatever import WHATEVER

Start = Callable[..., int]
Leave = Callable[..., None]
Deliver = Callable[[str], int]


def test_every_message_that_has_a_template_is_in_the_table_and_no_other() -> None:
    """One that is missing would wait, be tried and expire, and nobody would be told."""
    letters = {path.parent.name for path in email.TEMPLATES.glob("*/body.txt")}
    assert set(messages.EMAILS) == letters
    assert set(messages.SMS) == {path.stem for path in sms.TEMPLATES.glob("*.txt")}


@pytest.mark.parametrize("name", [
    "login_code", "recovery_code", "email_new_code", "email_old_code", "registration_code",
    "representative_code", "credentials",
])  # fmt: skip
def test_a_code_comes_after_what_it_is_for_and_is_not_in_what_a_locked_phone_shows(
    installation: Installation, name: str, leave: Leave, start: Start, deliver: Deliver
) -> None:
    """S28, M40–M43, M58: a phone shows the Subject and some 140 letters of how a message begins."""
    taken = Mailbox()
    leave(name, **WHATEVER)
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    (letter,) = taken.letters
    secret = re.compile(r"(?<!\d)\d{3} \d{3}(?!\d)|Contraseña: \S")
    shown = Page(body(letter, "html")).text.split()
    for text in (" ".join(body(letter).split()), " ".join(shown)):
        found = secret.search(text)
        assert found and found.start() > 150
        assert not secret.search(letter["Subject"])
    preview, mark = re.findall(r"<div[^>]*>\s*([^<]*)<", body(letter, "html"))[:2]
    assert not mark and len(preview) > 40 and preview.strip() in " ".join(body(letter).split())


@pytest.mark.parametrize("name", ["login_code", "notificacion_deposited", "credentials"])
def test_each_message_bears_the_mark_of_the_entity(
    installation: Installation, name: str, leave: Leave, start: Start, deliver: Deliver
) -> None:
    """M47, M59: as words, so that nothing is fetched from elsewhere."""
    taken, entity = Mailbox(), installation.catalog.entity
    leave(name, **WHATEVER)
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    html = body(taken.letters[0], "html").replace("\r\n", "\n")
    mark, _, rest = html.partition("<p")
    assert f'<strong style="font-size:20px">{entity.siglas}</strong><br>\n{entity.nombre}' in mark
    assert f"{entity.oficina}<br>\n{entity.nombre} ({entity.siglas})" in rest
    assert "<img" not in html and "data:" not in html
