"""Sessions and devices: where the casilla is open, and which browsers it knows.

    list ──▶ end one · end the others · forget a browser

The owner sees both lists at any time, and needs a fresh proof to end anything (S65).
"""

from dataclasses import dataclass

from proxy.domain.events import Event
from proxy.domain.policy import Policy
from proxy.domain.session import Listed, Session
from proxy.errors import NotYours
from proxy.flows.closing import note_ended
from proxy.store import devices, eventos, sessions
from proxy.store.devices import Known
from proxy.store.tx import Tx


@dataclass(frozen=True)
class Places:
    sessions: list[Listed]
    devices: list[Known]
    here: bytes  # the id of the session that asks
    device: bytes  # the id of its browser


def places(tx: Tx, policy: Policy, session: Session) -> Places:
    found = sessions.listed(tx, session.casilla_id, tx.now - policy.session_idle)
    return Places(
        sorted(found, key=lambda one: one.id != session.id),  # the present session first
        devices.listed(tx, session.casilla_id),
        session.id,
        sessions.device(tx, session.digest),
    )


def end_one(tx: Tx, session: Session, session_id: bytes) -> None:
    """Refuses `session.missing`: it ended, belongs to another owner, or never existed."""
    if not sessions.end_one(tx, session.casilla_id, session_id):
        raise NotYours("session.missing")
    note_ended(tx, session.casilla_id, [session_id])


def end_others(tx: Tx, session: Session) -> int:
    ended = sessions.end_all(tx, session.casilla_id, session.id)
    note_ended(tx, session.casilla_id, ended)
    return len(ended)


def forget(tx: Tx, session: Session, device_id: bytes) -> None:
    """The browser is a new one from now on. Its sessions end, except `session`.

    Refuses `device.missing`.
    """
    if not devices.forget(tx, session.casilla_id, device_id):
        raise NotYours("device.missing")
    eventos.note(tx, Event.DEVICE_FORGOTTEN, session.casilla_id)
    ended = sessions.end_of_device(tx, session.casilla_id, device_id, session.id)
    note_ended(tx, session.casilla_id, ended)
