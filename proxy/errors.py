"""The two ways to say no: a `Refusal` is raised and nothing happened; a `Denied` is returned and
what was recorded stays. `texts.TEXTS` has the sentences of both."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from proxy.texts import TEXTS


class Refusal(Exception):
    """Raising it undoes the transaction, so nothing happened."""

    status = 400
    seconds: int | None = None  # to wait before the next try
    event: str | None = None  # for the log, if somebody tried what they may not (S69)

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        return TEXTS[self.code].format(**self.data)


class NotYours(Refusal):
    """This person has no such thing. Never 403: a 403 would say that the thing exists."""

    status = 404
    event = "authz_fail"


class NoKey(Refusal):
    """The key of a system opens nothing: no difference between unknown, expired and retired."""

    status = 401
    event = "authn_key_fail"


class Busy(Refusal):
    status = 503

    def __init__(self, seconds: int = 2) -> None:
        super().__init__("service.busy")
        self.seconds = seconds


class Unavailable(Exception):
    """The database does not answer, is locked, or takes nothing more.

    No Refusal: who awaits that somebody typed something wrong must not take this for it.
    """

    seconds = 30  # to wait before the next try

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return TEXTS[self.code]


def short(error: Exception) -> str:
    """For the log. The whole text of an error of a database may quote its data."""
    return error.code if isinstance(error, Unavailable) else type(error).__name__


class Reason(StrEnum):
    """Each page has its own sentence for a reason: see `proxy/web/edge/denials.py`."""

    MISSING = "missing"  # the typed text does not look like a code; the try was not counted
    WRONG = "wrong"
    LIMITED = "limited"  # too many tries; `wait` is set
    NETWORK = "network"  # as LIMITED, for what others do from the same connection
    MAILBOX = "mailbox"  # the typed address got all that strangers may send to it; `wait` is set
    RIDDLE = "riddle"  # the person must answer a CAPTCHA first
    EXPIRED = "expired"  # the code is too old; the person can ask for another one
    SOON = "soon"  # another code can leave only after `wait`
    SENDS = "sends"  # no further code is sent for this challenge
    SPENT = "spent"  # the code was wrong and no tries are left
    GONE = "gone"  # no question waits for this answer
    OVER = "over"  # too much time passed since the flow began
    UNREAD = "unread"  # the owner must open the notificacion first
    SUSPENDED = "suspended"  # the entity suspended the casilla; said only to its owner
    CLOSED = "closed"  # it was closed more than a year ago; said only to its owner


ENDS = {Reason.SPENT, Reason.GONE, Reason.OVER, Reason.SUSPENDED, Reason.CLOSED}


@dataclass(frozen=True)
class Denied:
    """The answer is no, and what was counted or recorded on the way stays."""

    reason: Reason
    wait: timedelta | None = None  # before the next try
    left: int | None = None  # tries that remain
    by_app: bool = False  # the page asked for a code of the owner's app

    @property
    def ends(self) -> bool:
        """True: no question is left to answer, so the person begins again."""
        return self.reason in ENDS
