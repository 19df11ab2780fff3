"""What cannot be done: a `Refusal` is raised and nothing happened, a `Denied` is returned and was
recorded. `texts.TEXTS` has the sentences of both."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from proxy.texts import TEXTS


class Refusal(Exception):
    """Something that cannot be done. Raised, it undoes the transaction: nothing happened."""

    status = 400
    seconds: int | None = None  # that it makes sense to wait before the next try

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        return TEXTS[self.code].format(**self.data)


class NotYours(Refusal):
    """What was asked for is not there for this person. Never 403: that would say that it exists."""

    status = 404


class Busy(Refusal):
    """The service cannot take this now."""

    status = 503

    def __init__(self, seconds: int = 2) -> None:
        super().__init__("service.busy")
        self.seconds = seconds


class Reason(StrEnum):
    """Why the answer is no. Each page says it in its own words: `proxy/web/edge/denials.py`."""

    MISSING = "missing"  # what was typed has not the shape of a code: it was not counted
    WRONG = "wrong"
    LIMITED = "limited"  # too many tries: `wait`
    RIDDLE = "riddle"  # first, the text of a picture
    EXPIRED = "expired"  # this code; another one can be asked for
    SOON = "soon"  # another code, before `wait` has passed
    SENDS = "sends"  # another code, after as many as are sent
    SPENT = "spent"  # it was wrong, and there are no tries left
    GONE = "gone"  # nothing waits for this answer
    OVER = "over"  # too much time has passed since the beginning
    UNREAD = "unread"  # the notificacion has to be opened first


@dataclass(frozen=True)
class Denied:
    """It was counted and recorded, and the answer is no."""

    reason: Reason
    wait: timedelta | None = None  # until it makes sense to try again
    left: int | None = None  # tries that remain
    by_app: bool = False  # whether a code of the owner's app is what was asked for

    @property
    def ends(self) -> bool:
        """Whether there is nothing left to answer: the person begins again."""
        return self.reason in (Reason.SPENT, Reason.GONE, Reason.OVER)
