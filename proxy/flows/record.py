"""The record: committed eventos get their place in line, each chained to the one before.

    evento, with its act ──▶ waits ──▶ advance: in line ──▶ its mark leaves the database

The line goes on from the last row of the audit of earlier versions: its first evento seals the end
of that audit and what was served until then, and its first place is the next number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from proxy.domain import evento
from proxy.domain.chain import START
from proxy.domain.evento import Mark
from proxy.domain.events import Event
from proxy.domain.ids import instant_of
from proxy.flows import facts
from proxy.store import audit, eventos, feed, line
from proxy.store.db import Database
from proxy.store.tx import Tx

STEP = timedelta(minutes=2)  # machines of one service may differ by so much


@dataclass(frozen=True)
class Advanced:
    many: int
    mark: Mark | None  # the end of the line
    fits: bool  # whether the mark that was kept outside is still in line
    began: bool = False  # whether this was the first evento of all
    back: datetime | None = None  # how far the record had come when the clock was set back


def advance(db: Database, kept: Mark | None) -> Advanced:
    """Put the next eventos in line. Does nothing behind a line that lost its mark."""
    with db.reading() as tx:
        end, fits = line.last(tx, kept)
        if not fits or (end and not line.waiting(tx)):
            return Advanced(0, end, fits)
    with db.transaction() as tx:
        if not line.claim(tx):
            return Advanced(0, None, fits)
        # Again: somebody may have cut the line while this transaction waited for its turn.
        end, fits = line.last(tx, kept)
        return _advance(tx, end) if fits else Advanced(0, end, fits)


def _advance(tx: Tx, end: Mark | None) -> Advanced:
    vault = tx.vault
    batch = line.waiting(tx) if end else [_begin(tx)]
    place, chained = (end.place, end.chain) if end else (_earlier(tx), START)
    if not batch:
        return Advanced(0, end, fits=True)
    first, back, rows = place, _clock_back(tx), []
    for evento_id, sealed in batch:
        place += 1
        chained = evento.chain(vault, vault.newest, chained, place, evento_id, sealed)
        rows.append({"place": place, "evento_id": evento_id, "chain": chained})
        rows[-1]["key_id"] = vault.newest
    line.add(tx, rows)
    feed.go_on(tx, first)
    return Advanced(len(rows), Mark(place, chained), fits=True, began=end is None, back=back)


def _clock_back(tx: Tx) -> datetime | None:
    """Noted where it shows: what happens next has an earlier instant than what is in line."""
    newest = line.newest(tx)
    if newest is None or (at := instant_of(newest)) - tx.now <= STEP:
        return None
    eventos.note(tx, Event.CLOCK_BACK, newest=at.isoformat(timespec="milliseconds"))
    return at


def _earlier(tx: Tx) -> int:
    head = audit.head(tx)
    return head.last_id if head else 0


def _begin(tx: Tx) -> tuple[bytes, bytes]:
    """The first evento seals where the earlier audit ended, and what had been served by then."""
    head = audit.head(tx)
    rows, mark = (head.last_id, head.mark.hex()) if head else (0, None)
    eventos.note(tx, Event.RECORD_BEGUN, rows=rows, mark=mark, **facts.earlier(tx))
    [row] = eventos.add(tx, [tx.notes.pop()])
    return row["id"], row["seal"]
