"""The access policy that the sheet catalog/access.yml states, as the proxy enforces it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Policy:
    code_life: timedelta
    code_attempts: int
    code_sends: int
    resend_wait: timedelta
    flow_life: timedelta  # from the right password to the right code, however often it is resent
    session_idle: timedelta
    session_warning: timedelta  # before the idle end
    session_life: timedelta
    sessions_at_once: int
