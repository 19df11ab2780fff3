"""The SMTP of Python's library, with credentials in UTF-8 and a deadline for the whole talk."""

import base64
import hmac
import smtplib
import socket
from collections.abc import Callable
from typing import Any

# Characters of a server's answer. The outbox keeps fewer, after it removes the recipient.
ANSWER = 1000
# Answers to AUTH: one more question, and that we are in (or were already). How many questions.
CHALLENGE, ENTERED, CHALLENGES = 334, (235, 503), 5


class Client(smtplib.SMTP):
    """Keeps the answer to DATA, which names the message in the queue of the server."""

    answer = ""
    data_begun = False
    kept = False  # whether it has served before

    def __init__(
        self, watch: Callable[[socket.socket], None], host: str, port: int, name: str, **more: Any
    ) -> None:
        self.watch = watch
        super().__init__(host, port, name, **more)

    def _get_socket(self, host, port, timeout):  # type: ignore[no-untyped-def]
        plain = smtplib.SMTP._get_socket(self, host, port, timeout)  # type: ignore[attr-defined]
        self.watch(plain)
        return plain

    def data(self, msg):  # type: ignore[no-untyped-def]
        self.data_begun = True
        code, words = super().data(msg)
        self.answer = said(code, words)
        return code, words

    def auth(self, mechanism, authobject, *, initial_response_ok=True):  # type: ignore[no-untyped-def]
        """In UTF-8 (RFC 4616), where smtplib fails: it takes names and passwords for ASCII."""
        first = authobject() if initial_response_ok else None
        self._auth_challenge_count = 0 if first is None else 1  # its own methods read it
        words = mechanism if first is None else f"{mechanism} {_in_base64(first)}"
        code, answer = self.docmd("AUTH", words)
        while code == CHALLENGE and self._auth_challenge_count < CHALLENGES:
            self._auth_challenge_count += 1
            code, answer = self.docmd(_in_base64(authobject(base64.decodebytes(answer))))
        if code in ENTERED:
            return code, answer
        raise smtplib.SMTPAuthenticationError(code, answer)

    def auth_cram_md5(self, challenge=None):  # type: ignore[no-untyped-def]
        if challenge is None:
            return None
        digest = hmac.new(self.password.encode(), challenge, "md5").hexdigest()
        return f"{self.user} {digest}"


class TlsClient(Client, smtplib.SMTP_SSL):
    def _get_socket(self, host, port, timeout):  # type: ignore[no-untyped-def]
        # Watched before TLS begins on it.
        plain = super()._get_socket(host, port, timeout)  # type: ignore[no-untyped-call]
        return self.context.wrap_socket(plain, server_hostname=host)


def _in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def said(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {words}"[:ANSWER]
