"""What can be refused, by code. `texts.TEXTS` has the sentence of each code."""

from dataclasses import dataclass
from datetime import timedelta

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


@dataclass(frozen=True)
class Denied:
    """It was counted and recorded, and the answer is no."""

    code: str
    wait: timedelta | None = None  # until it makes sense to try again
    left: int | None = None  # tries that remain
