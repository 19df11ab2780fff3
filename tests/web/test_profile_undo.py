"""The link that undoes a change of the profile: S46, R32."""

from collections.abc import Callable

import pytest

from proxy.installation import Installation
from tests.clock import Clock
from tests.outbox import messages
from tests.people import Person
from tests.web.test_profile import NEW, PROFILE, UNDO, change_email, email, undo_path
from tests.web.visitor import Visitor

__all__ = ["email"]


def test_undoing_puts_the_old_address_back_ends_every_session_and_the_password(
    her: Visitor,
    visitor: Visitor,
    installation: Installation,
    rosa: Person,
    email: Callable[[], str],
) -> None:
    """R32"""
    change_email(her, installation)
    path = undo_path(installation)
    for _ in range(2):  # scanners of mail open links
        assert visitor.follow(path).status_code == 200
    assert email() == NEW
    undone = visitor.send(visitor.follow(path), UNDO)
    assert "Deshicimos el cambio" in undone.text
    assert email() == rosa.email
    assert her.get("/casilla/").status_code == 303
    assert visitor.password(rosa.identidad.number, rosa.password).status_code == 403
    told = {m.recipient: m.context for m in messages(installation.db, "profile_undone")}
    assert {address: context["left_out"] for address, context in told.items()} == {
        NEW: True,
        rosa.email: False,
    }


def test_a_link_that_was_used_offers_nothing_and_undoes_nothing(
    her: Visitor, visitor: Visitor, installation: Installation, rosa: Person
) -> None:
    change_email(her, installation)
    path = undo_path(installation)
    page = visitor.follow(path)
    visitor.send(page, UNDO)
    for again in (visitor.follow(path), visitor.send(page, UNDO)):
        assert "No hay nada que deshacer" in again.text
    assert len(messages(installation.db, "profile_undone")) == 2


@pytest.mark.parametrize("harm", ["tampered", "expired", "of another purpose", "nothing"])
def test_a_link_that_is_not_good_undoes_nothing(
    her: Visitor,
    visitor: Visitor,
    installation: Installation,
    clock: Clock,
    email: Callable[[], str],
    harm: str,
) -> None:
    change_email(her, installation)
    path = undo_path(installation)
    good = visitor.follow(path)
    if harm == "tampered":
        path = path[:-3] + ("A" if path[-3] != "A" else "B") + path[-2:]
    elif harm == "expired":
        clock.advance(hours=72)
    elif harm == "of another purpose":
        link = messages(installation.db, "email_changed")[-1].context["link"]
        token = installation.signing.link("recovery", bytes.fromhex(link))
        path = f"{PROFILE}deshacer/{token}/"
    else:
        path = f"{PROFILE}deshacer/x/"
    answers = [visitor.follow(path)] + ([visitor.send(good, UNDO)] if harm == "expired" else [])
    assert all("No hay nada que deshacer" in answer.text for answer in answers)
    assert email() == NEW


def test_the_link_works_until_the_last_minute(
    her: Visitor, visitor: Visitor, installation: Installation, clock: Clock
) -> None:
    change_email(her, installation)
    clock.advance(hours=71, minutes=59)
    page = visitor.follow(undo_path(installation))
    assert "Deshicimos el cambio" in visitor.send(page, UNDO).text
