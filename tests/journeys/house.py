"""A running service, and the mailboxes of its people."""

import email
import re
import time
from dataclasses import dataclass, field
from email.policy import default
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import update

from proxy.installation import Installation
from proxy.store.tables import captchas
from tests.people import Person

PATIENCE = 1200  # looks at a mailbox, each twentieth of a second: a busy machine is slow


def press(page: Page, name: str) -> None:
    """Send a form, and wait for the page that answers: going elsewhere meanwhile would lose it."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def open_menu(page: Page) -> None:
    """On a narrow screen the account is a menu; on a wide one it stands there."""
    menu = page.get_by_role("link", name="Menú", exact=True)
    if menu.is_visible():
        menu.click()


def pass_riddle(page: Page, house: "House") -> None:
    """The computer does it; without JavaScript by the letters, which the test has to choose."""
    if page.locator("html[data-works]").count():
        expect(page.get_by_text("Comprobado", exact=True)).to_be_visible(timeout=60_000)
        return
    riddle = bytes.fromhex(page.locator("[name=captcha_id]").get_attribute("value") or "")
    with house.installation.db.transaction() as tx:
        answer = tx.vault.mac(b"captcha" + riddle + b"AAAAA", tx.vault.newest)
        tx.conn.execute(update(captchas).where(captchas.c.id == riddle).values(answer=answer))
    page.get_by_label("TEXTO DE LA IMAGEN", exact=True).fill("AAAAA")


@dataclass
class House:
    origin: str
    installation: Installation
    mail: Path  # a maildir
    log: Path
    _seen: set[str] = field(default_factory=set)

    def tokens(self, person: Person) -> list[str]:
        """The token of each message to the person that was not looked at before."""
        found = []
        for path in sorted(self.mail.glob("new/*")):
            message = email.message_from_bytes(path.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            if path.name in self._seen or person.email not in message["To"] or body is None:
                continue
            self._seen.add(path.name)
            found += re.findall(r"^\W*(\d{3} ?\d{3})\W*$", body.get_content(), re.MULTILINE)
        return found

    def link(self, person: Person, words: str) -> str:
        """Where those words of the newest message to the person lead, as soon as it arrives."""
        for _ in range(PATIENCE):
            for path in sorted(self.mail.glob("new/*"), key=lambda path: path.stat().st_mtime)[
                ::-1
            ]:
                message = email.message_from_bytes(path.read_bytes(), policy=default)
                body = message.get_body(("html",))
                if person.email not in message["To"] or body is None:
                    continue
                if found := re.search(rf'href="([^"]+)">{words}<', body.get_content()):
                    return found[1]
            time.sleep(0.05)
        raise TimeoutError(f"no link for {person.nombres}")

    def token(self, person: Person) -> str:
        """What the owner reads in the newest message, as soon as it arrives."""
        for _ in range(PATIENCE):
            if tokens := self.tokens(person):
                return tokens[-1]
            time.sleep(0.05)
        raise TimeoutError(f"no token for {person.nombres}")
