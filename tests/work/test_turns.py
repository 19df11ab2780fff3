"""What leaves first when more waits than can leave: S51, S73."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from proxy.installation import Installation
from proxy.store import casillas, outbox
from tests.clock import Clock
from tests.outside.servers import Mailbox
from tests.people import Person

MINUTE = timedelta(minutes=1)


class Flooded(Mailbox):
    """While it takes one message, two more that press are left."""

    def __init__(self, press: Callable[[], None], times: int) -> None:
        super().__init__()
        self.press, self.times = press, times

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        for _ in range(2 if len(self.letters) < self.times else 0):
            self.press()
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def press(installation: Installation, rosa: Person) -> Callable[[], None]:
    """Leaves a message that is soon of no use, as a code is."""

    def one() -> None:
        with installation.db.transaction() as tx:
            rosas = casillas.by_id(tx, rosa.id)
            outbox.add(tx, "session_ended", rosas, 10 * MINUTE, most=5)

    return one


def test_a_flood_of_codes_keeps_back_no_alerta(
    press: Callable[[], None],
    leave: Callable[[], None],
    clock: Clock,
    start: Callable[..., int],
    deliver: Callable[[str], int],
) -> None:
    """S73: the code that somebody waits for first, and then the alerta that waits for longest."""
    leave()
    clock.advance(minutes=1)
    press()
    taken = Flooded(press, times=10)
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    alerta = [n for n, letter in enumerate(taken.letters) if "notificación" in letter["Subject"]]
    assert (alerta, len(taken.letters)) == ([1], 22)
