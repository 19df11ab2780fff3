"""What the life of an account has to be: a small model, without tables, hashes or flows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.flows.browser import POLICY

NOT_ME_LIFE = timedelta(days=10)
WRONG_IN_A_ROW = 100
PRESSED_AGAIN = timedelta(minutes=1)


@dataclass
class Code:
    """Something that a browser has to answer, or a link: it serves once and not for ever."""

    until: datetime
    purpose: str = "link"
    code_until: datetime | None = None
    void: bool = False  # it looks like the others and opens nothing
    failures: int = 0
    over: bool = False
    used: bool = False
    opened: tuple[datetime, str] | None = None  # when it was used, and the newest session of it

    def holds(self, now: datetime) -> bool:
        return not (self.over or self.used) and now < self.until

    def opens(self, now: datetime) -> bool:
        in_time = self.code_until is None or now < self.code_until
        return self.holds(now) and in_time and not self.void

    def guess(self, now: datetime) -> None:
        if self.holds(now) and (self.code_until is None or now < self.code_until):
            self.failures += 1
            self.over = self.failures >= POLICY.code_attempts


@dataclass
class Inside:
    """A session."""

    since: datetime
    device: str
    over: bool = False

    def alive(self, now: datetime) -> bool:
        fresh = now - self.since < min(POLICY.session_idle, POLICY.session_life)
        return fresh and not self.over


@dataclass
class Life:
    password: str | None
    must_change: bool
    failures: int = 0
    codes: dict[str, Code] = field(default_factory=dict)  # by the cookie of their browser
    links: dict[bytes, Code] = field(default_factory=dict)  # of a recovery
    not_me: dict[bytes, Code] = field(default_factory=dict)
    sessions: dict[str, Inside] = field(default_factory=dict)  # by their token
    devices: set[str] = field(default_factory=set)

    def code(self, visit: str, purpose: str) -> Code | None:
        found = self.codes.get(visit)
        return found if found and found.purpose == purpose else None

    def opens_again(self, code: Code, now: datetime) -> bool:
        """For who did not get the answer: nobody here ever comes with a session's token."""
        if code.opened is None:
            return False
        first, token = code.opened
        session = self.sessions.get(token)
        return session is not None and session.alive(now) and now - first <= PRESSED_AGAIN

    def lets_in(self, device: str | None, right: bool) -> bool:
        barred = self.failures >= WRONG_IN_A_ROW and device not in self.devices
        return right and self.password is not None and not barred

    def entered(self, token: str, device: str, now: datetime) -> None:
        for session in self.sessions.values():
            session.over |= session.device == device or not session.alive(now)
        self.sessions[token] = Inside(now, device)
        self.devices.add(device)
        living = [session for session in self.sessions.values() if session.alive(now)]
        living.sort(key=lambda session: session.since, reverse=True)
        for session in living[POLICY.sessions_at_once :]:
            session.over = True
        self._end(self.links)

    def replaced(self, password: str | None, token: str = "", device: str | None = None) -> None:
        """Whatever else could open it is over; the session and the browser in use go on."""
        self.password, self.must_change, self.failures = password, False, 0
        for other, session in self.sessions.items():
            session.over |= other != token
        self.devices &= {device}
        self._end(self.codes)
        self._end(self.links)

    def linked(self, link: bytes, until: datetime) -> None:
        self._end(self.links)
        self.links[link] = Code(until)

    def _end(self, found: dict[str, Code] | dict[bytes, Code]) -> None:
        for code in found.values():
            code.over |= not code.void  # nobody's is not found by whose it is
