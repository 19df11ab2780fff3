"""Somebody without a casilla who registers through the pages, without JavaScript."""

import email
import re
from email.policy import default
from pathlib import Path

from httpx2 import Response

from proxy.flows.demonstration_people import KNOWN, STRANGERS
from proxy.installation import Installation
from proxy.store import padron
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.flows.newcomer import BAKERY, ELENA
from tests.web.visitor import Visitor, forms

START = "/casilla/registro/"
TELLS = re.compile(r'<div class="summary" role="alert"[^>]*><p>(.*?)</p>')


class Registering:
    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def send(self, path: str, **fields: str) -> Response:
        """Fill in the page at `path` and send it."""
        return self.visitor.pay(self.visitor.get(path), path, **fields)

    def follow(self, path: str, **fields: str) -> Response:
        """The same, and the page where it leads."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, answer.text
        return self.visitor.get(answer.headers["location"])

    def accept(self) -> Response:
        self.follow(START, acepto="1")
        return self.follow(f"{START}privacidad/", acepto="1")

    def choose(self, persona: str = "natural") -> Response:
        self.accept()
        return self.follow(f"{START}persona/", persona=persona)

    def data(self, **more: str) -> Response:
        return self.send(f"{START}datos/", **(ELENA | more))

    def company(self, **more: str) -> Response:
        return self.send(f"{START}datos/", **(BAKERY | more))

    def reach_review(self, **more: str) -> Response:
        self.choose()
        answer = self.data(**more)
        assert answer.status_code == 303, sentences(answer)
        return self.visitor.get(answer.headers["location"])

    def reach_email(self, **more: str) -> Response:
        self.reach_review(**more)
        return self.follow(f"{START}revision/")

    def validate(self, typed: str) -> Response:
        return self.send(f"{START}correo/", clave=typed)


def introduce(installation: Installation) -> None:
    """The local register knows Elena and the bakery."""
    with installation.db.transaction() as tx:
        padron.put(tx, list(STRANGERS), KNOWN)


def sentences(page: Response) -> list[str]:
    return re.findall(r'<li><a href="#[^"]+">(.*?)</a></li>', page.text)


def told(page: Response) -> str:
    found = TELLS.search(page.text)
    assert found, page.text
    return found[1]


def typed(page: Response) -> dict[str, str]:
    """What the fields of the form on a page hold."""
    held = {name: value for form in forms(page) for name, value in form.fields.items()}
    chosen = re.findall(r'<select id="(\w+)".*?</select>', page.text, re.S)
    for name in chosen:
        select = re.search(rf'<select id="{name}".*?</select>', page.text, re.S)
        picked = re.search(r'<option value="(\w*)" selected', select[0]) if select else None
        held[name] = picked[1] if picked else ""
    return held


def shape(page: Response) -> tuple[int, str, list[str]]:
    """What an onlooker could compare: status, text without what is random, names of headers."""
    text = re.sub(r'name="sello" value="[^"]*"', "", page.text)
    return page.status_code, text, [name for name, _ in page.headers.multi_items()]


def labelled(page: Response, *labels: str) -> bool:
    return all(re.search(rf">\s*{re.escape(label)}\s*<", page.text) for label in labels)


def mail_of(installation: Installation) -> dict[str, str]:
    """What leaves, by subject, as plain text."""
    Mailer(installation, path_of).deliver_due()
    folder = Path(installation.settings.mail_url.removeprefix("maildir:"))
    found = {}
    for path in sorted(folder.glob("new/*")):
        letter = email.message_from_bytes(path.read_bytes(), policy=default)
        body = letter.get_body(("plain",))
        assert body is not None
        found[str(letter["Subject"])] = body.get_content()
    return found
