"""How often something may be done."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, order=True)
class Limit:
    """At most `times` within `window`, for one key."""

    key: str
    times: int
    window: timedelta
